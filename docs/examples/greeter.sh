#!/bin/sh
# The program under test of `hello.clnrm.toml`: greets, and writes what it did as OpenTelemetry spans to standard output. It stands in
# for a program with an SDK (`sdk/` has one), so that the example needs no more than a shell.
#
#     greeter.sh --to NAME
set -eu

now=${SOURCE_DATE_EPOCH:-$(date +%s)}
trace=5b8efff798038103d269b633813fc60c

# span NAME ID PARENT FROM TO ATTRIBUTES: one span, its times in milliseconds from now.
span() {
    printf '{"traceId":"%s","spanId":"%s","parentSpanId":"%s","name":"%s","kind":1,' "$trace" "$2" "$3" "$1"
    printf '"startTimeUnixNano":"%s%03d000000","endTimeUnixNano":"%s%03d000000",' "$now" "$4" "$now" "$5"
    printf '"attributes":[%s],"status":{"code":1}}' "$6"
}

echo "Hello, $2!"
printf '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},' "${OTEL_SERVICE_NAME:-greeter}"
printf '"scopeSpans":[{"scope":{"name":"greeter"},"spans":['
span greeter.run eee19b7ec3c1b174 "" 0 120 ""
printf ','
span greeter.greet eee19b7ec3c1b175 eee19b7ec3c1b174 10 90 '{"key":"greeting.name","value":{"stringValue":"'"$2"'"}}'
printf ']}]}]}\n'
