// Emits the checkout trace with OpenTelemetry's JavaScript SDK.
//
// Usage: node emit.mjs otlp-json|otlp-proto ENDPOINT

import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const [kind, url] = process.argv.slice(2);
const exporters = { 'otlp-json': JsonExporter, 'otlp-proto': ProtobufExporter };
const exporter = new exporters[kind]({ url });

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop', 'deployment.environment.name': 'test' }),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
const tracer = provider.getTracer('checkout', '1.2.0');

// The SDK reads when a span starts in whole milliseconds and how long it takes more finely: without a pause what comes first could
// seem to end after what comes next, and a child after its parent.
const pause = () => new Promise((resolve) => setTimeout(resolve, 3));

await tracer.startActiveSpan('checkout', { kind: SpanKind.SERVER }, async (root) => {
  root.setAttributes({
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'cart.total': 42.5,
    'cart.gift': true,
    'cart.items': ['café', 'tea'],
  });
  root.addEvent('cart.loaded', { items: 2 });
  for (const table of ['carts', 'prices', 'stock']) {
    tracer.startActiveSpan('db.query', { kind: SpanKind.CLIENT }, (query) => {
      query.setAttribute('db.collection.name', table);
      query.end();
    });
  }
  await pause();
  const links = [{ context: root.spanContext(), attributes: { reason: 'retry' } }];
  tracer.startActiveSpan('payment', { kind: SpanKind.CLIENT, links }, (payment) => {
    payment.setAttribute('server.address', 'localhost');
    payment.addEvent('declined', { code: 51 });
    payment.setStatus({ code: SpanStatusCode.ERROR, message: 'card declined' });
    payment.end();
  });
  await pause();
  root.setStatus({ code: SpanStatusCode.OK });
  root.end();
});
await provider.shutdown();
