#!/bin/sh
# Takes an order that is paid in the way of its first argument, and sends the spans of it as an SDK would. A second one is the name of
# the last span.
set -eu
trace=$(echo "$TRACEPARENT" | cut -d- -f2)
now=$(date +%s)
number() { head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
spans=
# ID PARENT NAME KIND START END ATTRIBUTE VALUE: times are milliseconds from now on.
span() {
    spans="$spans${spans:+,}{\"traceId\":\"$trace\",\"spanId\":\"$1\",\"parentSpanId\":\"$2\",\"name\":\"$3\",\"kind\":$4,
        \"startTimeUnixNano\":\"$((now * 1000 + $5))000000\",\"endTimeUnixNano\":\"$((now * 1000 + $6))000000\",
        \"attributes\":[{\"key\":\"$7\",\"value\":{\"stringValue\":\"$8\"}}]}"
}
order=$(number) pay=$(number)
echo "an order of 2 items"
span "$order" "$(echo "$TRACEPARENT" | cut -d- -f3)" shop.order 2 0 480 order.items 2
span "$(number)" "$order" shop.reserve 1 20 120 stock.location shelf-7
span "$pay" "$order" shop.pay 1 130 410 payment.method "$1"
span "$(number)" "$pay" bank.charge 3 150 390 server.address bank.example.com
span "$(number)" "$order" "${2:-shop.receipt}" 1 415 470 receipt.pages 1
echo "paid by $1"
wget -q -O /dev/null --header 'Content-Type: application/json' --post-data \
    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"$OTEL_SERVICE_NAME\"}}]},\"scopeSpans\":[{\"spans\":[$spans]}]}]}" \
    "$OTEL_EXPORTER_OTLP_ENDPOINT/v1/traces"
