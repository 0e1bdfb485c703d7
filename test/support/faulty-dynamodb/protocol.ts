import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An item or key in DynamoDB's JSON: `{ "pk": { "S": "a" } }`. */
export type Attributes = Record<string, Record<string, unknown>>;
export type Input = Record<string, unknown>;

/** One request of a client. */
export type Call = {
  service: string;
  operation: string;
  input: Input;
  headers: IncomingHttpHeaders;
};

export type Answer = { status: number; body: Input };

/** What the service does with one operation. */
export type Operation = (call: Call) => Promise<Answer>;

/** Passes a call on to the real store, with other input if it is given. */
export type Forward = (call: Call, input?: Input) => Promise<Answer>;

const OF_DYNAMODB = 'com.amazonaws.dynamodb.v20120810#';

export const STREAMS = 'DynamoDBStreams_20120810';

/** An error answer in DynamoDB's form. */
export const refusal = (type: string, message: string, more: Input = {}): Answer => ({
  status: 400,
  body: { __type: OF_DYNAMODB + type, message, ...more },
});

export const THROTTLED = 'The level of configured throughput for the item was exceeded.';

/** DynamoDB names a throttle in one of two ways, which mean the same to a caller. */
export const throttledAnswer = (isNewName: boolean): Answer =>
  isNewName
    ? {
        status: 400,
        body: { __type: 'com.amazon.coral.availability#ThrottlingException', message: THROTTLED },
      }
    : refusal('ProvisionedThroughputExceededException', THROTTLED);

export const internalError = (): Answer => ({
  status: 500,
  body: { __type: `${OF_DYNAMODB}InternalServerError`, message: 'Internal server error' },
});

export const unavailableAnswer = (): Answer => ({
  status: 503,
  body: { __type: 'com.amazon.coral.service#ServiceUnavailable', message: 'Try again.' },
});

/** Speaks to the real store over kept connections, with the client's own headers. */
export function createForward(endpoint: string): { forward: Forward; close: () => void } {
  const agent = new Agent({ keepAlive: true });
  const forward: Forward = (call, input = call.input) =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify(input);
      const { host: _, connection: __, ...headers } = call.headers;
      const sent = request(
        endpoint,
        {
          method: 'POST',
          agent,
          headers: {
            ...headers,
            'x-amz-target': `${call.service}.${call.operation}`,
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          text(response).then(
            (answer) =>
              resolve({
                status: response.statusCode ?? 0,
                body: JSON.parse(answer === '' ? '{}' : answer) as Input,
              }),
            reject,
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  return { forward, close: () => agent.destroy() };
}
