#!/bin/sh
# The program under test of `checkout.clnrm.toml.tera`: takes an order, has it paid and shipped, and writes what it did as OpenTelemetry
# spans to standard output. It stands in for a program with an SDK (`sdk/` has one).
#
#     shop.sh checkout --pay card|transfer|voucher --order NUMBER
set -eu

pay=$3 order=$5
now=$((${SOURCE_DATE_EPOCH:-$(date +%s)} + order))
trace=$(printf '5b8efff798038103d269b633%08x' "$order")

# span NAME KIND ID PARENT FROM TO ATTRIBUTE VALUE: one span, its times in milliseconds from now.
span() {
    printf '{"traceId":"%s","spanId":"%016x","parentSpanId":"%s","name":"%s","kind":%d,' "$trace" "$3" "$4" "$1" "$2"
    printf '"startTimeUnixNano":"%s%03d000000","endTimeUnixNano":"%s%03d000000",' "$now" "$5" "$now" "$6"
    printf '"attributes":[{"key":"%s","value":{"stringValue":"%s"}}],"status":{"code":1}}' "$7" "$8"
}

[ "${LOG_LEVEL:-info}" = quiet ] || echo "order $order is paid by $pay and shipped"
printf '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},' "${OTEL_SERVICE_NAME:-shop}"
printf '"scopeSpans":[{"scope":{"name":"shop"},"spans":['
span shop.checkout 2 1 "" 0 300 shop.currency EUR
printf ','
span shop.pay 3 2 0000000000000001 10 100 shop.method "$pay"
printf ','
span shop.ship 1 3 0000000000000001 110 290 shop.parcels 1
printf ']}]}]}\n'
