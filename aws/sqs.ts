import { type Call, createServiceClient, type ServiceSettings } from './json-service/client.ts';

/** Calls SQS in its JSON. */
export const createSqsCall = (settings: ServiceSettings): Call =>
  createServiceClient({ name: 'sqs', target: 'AmazonSQS', unsignedHeaders: traceHeader }, settings);

/** By this, AWS connects calls to traces, and stops functions that call themselves forever. */
function traceHeader(): Record<string, string> {
  const trace = process.env['_X_AMZN_TRACE_ID'];
  return trace === undefined ? {} : { 'x-amzn-trace-id': trace };
}
