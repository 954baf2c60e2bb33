//! The words that fake values are made of. ASCII without quotes, so that they stand in TOML and shell text as they are.
//! Changing a list changes what every template renders: add a new list instead.

pub(super) const FIRST_NAMES: &[&str] = &[
    "Ada", "Alan", "Alice", "Amara", "Anton", "Barbara", "Carlos", "Chen", "Clara", "Daniel", "Dorothy", "Edsger",
    "Elena", "Emil", "Fatima", "Frances", "George", "Grace", "Hassan", "Hedy", "Ines", "Ivan", "James", "Joan",
    "Kenji", "Lena", "Linus", "Margaret", "Maria", "Mary", "Noah", "Olga", "Oscar", "Priya", "Radia", "Rosa", "Samuel",
    "Sofia", "Tariq", "Wei",
];

pub(super) const LAST_NAMES: &[&str] = &[
    "Allen", "Baker", "Berg", "Bianchi", "Brown", "Chandra", "Cole", "Dubois", "Evans", "Fischer", "Garcia", "Gray",
    "Haddad", "Hall", "Hughes", "Ivanova", "Jensen", "Kim", "Kowalski", "Lamarr", "Lopez", "Meyer", "Mori", "Nakamura",
    "Novak", "Okafor", "Olsen", "Patel", "Quinn", "Reyes", "Rossi", "Sato", "Silva", "Smith", "Taylor", "Turner",
    "Vega", "Wagner", "Weber", "Young",
];

pub(super) const TITLES: &[&str] = &["Mr.", "Mrs.", "Ms.", "Dr.", "Prof."];

pub(super) const NAME_SUFFIXES: &[&str] = &["Jr.", "Sr.", "II", "III", "MD", "PhD"];

/// Domains that RFC 2606 keeps free.
pub(super) const SAFE_DOMAINS: &[&str] = &["example.com", "example.net", "example.org"];

pub(super) const DOMAIN_SUFFIXES: &[&str] = &["com", "net", "org", "io", "dev"];

pub(super) const USER_AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "curl/8.8.0",
];

pub(super) const STREET_NAMES: &[&str] = &[
    "Birch", "Bridge", "Castle", "Cedar", "Chapel", "Church", "Garden", "Harbour", "Hill", "Lake", "Main", "Maple",
    "Market", "Mill", "Oak", "Park", "River", "School", "Spring", "Station",
];

pub(super) const STREET_KINDS: &[&str] = &["Street", "Avenue", "Road", "Lane", "Square"];

pub(super) const CITIES: &[&str] = &[
    "Amsterdam",
    "Ankara",
    "Athens",
    "Austin",
    "Bergen",
    "Boston",
    "Cairo",
    "Chicago",
    "Denver",
    "Dublin",
    "Geneva",
    "Hanoi",
    "Helsinki",
    "Kyoto",
    "Lagos",
    "Leipzig",
    "Lima",
    "Lisbon",
    "Mumbai",
    "Nairobi",
    "Oslo",
    "Porto",
    "Quito",
    "Riga",
    "Seoul",
    "Tallinn",
    "Toronto",
    "Turin",
    "Vienna",
    "Zurich",
];

pub(super) const STATES: &[&str] = &[
    "Alaska",
    "Arizona",
    "California",
    "Colorado",
    "Florida",
    "Georgia",
    "Idaho",
    "Illinois",
    "Iowa",
    "Kansas",
    "Maine",
    "Montana",
    "Nevada",
    "Ohio",
    "Oregon",
    "Texas",
    "Utah",
    "Vermont",
    "Virginia",
    "Wyoming",
];

pub(super) const COUNTRIES: &[&str] = &[
    "Argentina",
    "Austria",
    "Belgium",
    "Brazil",
    "Canada",
    "Chile",
    "Denmark",
    "Egypt",
    "Estonia",
    "Finland",
    "France",
    "Germany",
    "Greece",
    "India",
    "Ireland",
    "Italy",
    "Japan",
    "Kenya",
    "Mexico",
    "Netherlands",
    "Nigeria",
    "Norway",
    "Peru",
    "Poland",
    "Portugal",
    "Spain",
    "Sweden",
    "Switzerland",
    "Turkey",
    "Vietnam",
];

pub(super) const TIME_ZONES: &[&str] = &["America/New_York", "Asia/Tokyo", "Europe/Berlin", "Europe/London", "UTC"];

pub(super) const COMPANY_NAMES: &[&str] = &[
    "Acme",
    "Bluefin",
    "Cobalt",
    "Driftwood",
    "Evergreen",
    "Foxglove",
    "Granite",
    "Halcyon",
    "Ironbark",
    "Juniper",
    "Keystone",
    "Lighthouse",
    "Meridian",
    "Northwind",
    "Orchard",
    "Pinnacle",
    "Quarry",
    "Redwood",
    "Summit",
    "Tidewater",
];

pub(super) const COMPANY_SUFFIXES: &[&str] = &["Inc", "LLC", "Ltd", "Group", "and Sons"];

pub(super) const BUZZWORDS: &[&str] = &[
    "adaptive",
    "decentralized",
    "distributed",
    "integrated",
    "modular",
    "reactive",
    "robust",
    "scalable",
    "secured",
    "virtual",
];

pub(super) const INDUSTRIES: &[&str] = &[
    "Aerospace",
    "Agriculture",
    "Banking",
    "Construction",
    "Education",
    "Energy",
    "Healthcare",
    "Insurance",
    "Logistics",
    "Manufacturing",
    "Media",
    "Retail",
    "Software",
    "Telecommunications",
    "Tourism",
];

pub(super) const PROFESSIONS: &[&str] = &[
    "accountant",
    "architect",
    "baker",
    "carpenter",
    "chemist",
    "designer",
    "electrician",
    "engineer",
    "farmer",
    "librarian",
    "mechanic",
    "nurse",
    "pilot",
    "plumber",
    "teacher",
];

pub(super) const LOREM: &[&str] = &[
    "ad",
    "adipiscing",
    "aliqua",
    "aliquip",
    "amet",
    "anim",
    "aute",
    "cillum",
    "commodo",
    "consectetur",
    "consequat",
    "culpa",
    "cupidatat",
    "deserunt",
    "do",
    "dolor",
    "dolore",
    "duis",
    "ea",
    "eiusmod",
    "elit",
    "enim",
    "esse",
    "est",
    "et",
    "eu",
    "ex",
    "excepteur",
    "exercitation",
    "fugiat",
    "id",
    "in",
    "incididunt",
    "ipsum",
    "irure",
    "labore",
    "laboris",
    "laborum",
    "lorem",
    "magna",
    "minim",
    "mollit",
    "nisi",
    "non",
    "nostrud",
    "nulla",
    "occaecat",
    "officia",
    "pariatur",
    "proident",
    "qui",
    "quis",
    "reprehenderit",
    "sed",
    "sint",
    "sit",
    "sunt",
    "tempor",
    "ullamco",
    "ut",
    "velit",
    "veniam",
    "voluptate",
];

/// Code, name, symbol.
pub(super) const CURRENCIES: &[(&str, &str, &str)] = &[
    ("CAD", "Canadian Dollar", "$"),
    ("CHF", "Swiss Franc", "CHF"),
    ("EUR", "Euro", "\u{20ac}"),
    ("GBP", "Pound Sterling", "\u{a3}"),
    ("INR", "Indian Rupee", "\u{20b9}"),
    ("JPY", "Yen", "\u{a5}"),
    ("NOK", "Norwegian Krone", "kr"),
    ("USD", "US Dollar", "$"),
];

/// Extension and MIME type.
pub(super) const FILE_TYPES: &[(&str, &str)] = &[
    ("csv", "text/csv"),
    ("gz", "application/gzip"),
    ("html", "text/html"),
    ("json", "application/json"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
];

pub(super) const FILE_NAMES: &[&str] =
    &["archive", "backup", "data", "export", "image", "index", "log", "notes", "report", "summary"];

pub(super) const DIRECTORIES: &[&str] = &["/data", "/home/user", "/opt/app", "/srv/files", "/tmp", "/var/lib/app"];

pub(super) const COLORS: &[&str] = &[
    "black", "blue", "brown", "cyan", "gold", "green", "grey", "magenta", "orange", "pink", "purple", "red", "silver",
    "white", "yellow",
];
