import { describe, expect, it } from 'vitest';
import { PROBLEMS, ProblemError, type ProblemType } from '../../../contracts/problem.ts';
import { type ClientFamily, envelopeOf, errorEventOf } from '../../../domain/gateway/envelopes.ts';
import { failureOfProblem, failureOfProvider } from '../../../domain/gateway/failure.ts';

const refusal = (because: 'spent' | 'held', message = 'Budget user/ada/daily has 0.01 USD left.') =>
  new ProblemError('budget-exceeded', message, {
    extra: {
      code: 'budget_exceeded',
      because,
      budget: { budgetId: 'user/ada/daily', period: 'daily' },
      resetsAt: '2026-08-08T00:00:00.000Z',
    },
    headers: { 'x-should-retry': String(because === 'held'), 'retry-after': '99999999999' },
  });

const envelope = (family: ClientFamily, problem: ProblemError) =>
  envelopeOf(family, failureOfProblem(problem), 'req-1');

describe('a refusal by a budget', () => {
  it('is an error that OpenAI clients show, and LangChain does not repeat', () => {
    const { status, headers, body } = envelope('openai', refusal('spent'));
    expect(status).toBe(429);
    expect(headers).toEqual({
      'content-type': 'application/json',
      'x-request-id': 'req-1',
      'x-should-retry': 'false',
      'retry-after': '2147483',
    });
    expect(body).toEqual({
      error: {
        message: 'Insufficient quota: Budget user/ada/daily has 0.01 USD left.',
        type: 'insufficient_quota',
        param: null,
        code: 'budget_exceeded',
      },
    });
  });

  it('is a billing error with the period and its end for Anthropic clients', () => {
    const { status, headers, body } = envelope('anthropic', refusal('spent'));
    expect(status).toBe(429);
    expect(headers).toMatchObject({ 'request-id': 'req-1', 'x-should-retry': 'false' });
    expect(body).toEqual({
      type: 'error',
      error: {
        type: 'billing_error',
        message:
          'spend limit reached (daily; resets 2026-08-08 00:00 UTC) Budget user/ada/daily has 0.01 USD left.',
      },
      request_id: 'req-1',
    });
  });

  it('tells Anthropic clients once when it resets', () => {
    const resets = 'It resets at 2026-08-08 00:00 UTC.';
    const problem = refusal('spent', `Budget user/ada/daily has nothing left. ${resets}`);
    expect(envelope('anthropic', problem).body).toMatchObject({
      error: {
        message:
          'spend limit reached (daily; resets 2026-08-08 00:00 UTC) Budget user/ada/daily has nothing left.',
      },
    });
    expect(envelope('bedrock', problem).body).toMatchObject({
      message: expect.stringContaining(resets),
    });
  });

  it('is an exception that the AWS SDK does not retry for Bedrock clients', () => {
    const { status, headers, body } = envelope('bedrock', refusal('spent'));
    expect(status).toBe(400);
    expect(headers).toMatchObject({
      'x-amzn-errortype': 'ServiceQuotaExceededException',
      'x-amzn-requestid': 'req-1',
    });
    expect(body).toEqual({ message: 'Budget user/ada/daily has 0.01 USD left.' });
  });

  it('stays problem details on the routes of Purser', () => {
    const problem = refusal('spent');
    const { status, headers, body } = envelope('purser', problem);
    expect(status).toBe(429);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toEqual({ ...problem.body, requestId: 'req-1' });
  });

  it('is a limit of the rate where only money is missing that others hold', () => {
    const problem = refusal('held');
    expect(envelope('anthropic', problem).body).toMatchObject({
      error: { type: 'rate_limit_error', message: problem.message },
    });
    // Clients would sleep until the last hold ends.
    expect(envelope('openai', problem).headers).toMatchObject({
      'x-should-retry': 'false',
      'retry-after': '30',
    });
    expect(envelope('bedrock', problem)).toMatchObject({
      status: 429,
      headers: { 'x-amzn-errortype': 'ThrottlingException' },
    });
  });

  it('names no end for a budget that never resets', () => {
    const problem = new ProblemError('budget-exceeded', 'Nothing is left.', {
      extra: { because: 'spent', budget: { period: 'total' } },
    });
    expect(envelope('anthropic', problem).body).toMatchObject({
      error: { message: 'spend limit reached (total) Nothing is left.' },
    });
    expect(envelope('openai', problem).headers['x-should-retry']).toBe('false');
  });
});

describe('other problems', () => {
  const cases: [ProblemType, string, string, string, number][] = [
    [
      'invalid-request',
      'invalid_request_error',
      'invalid_request_error',
      'ValidationException',
      400,
    ],
    ['unknown-price', 'invalid_request_error', 'invalid_request_error', 'ValidationException', 400],
    ['unauthorized', 'invalid_request_error', 'authentication_error', 'AccessDeniedException', 403],
    ['forbidden', 'permission_error', 'permission_error', 'AccessDeniedException', 403],
    ['costs-disputed', 'permission_error', 'permission_error', 'AccessDeniedException', 403],
    ['underdeclared', 'permission_error', 'permission_error', 'AccessDeniedException', 403],
    ['not-found', 'invalid_request_error', 'not_found_error', 'ResourceNotFoundException', 404],
    [
      'method-not-allowed',
      'invalid_request_error',
      'invalid_request_error',
      'ValidationException',
      400,
    ],
    ['conflict', 'conflict_error', 'conflict_error', 'ConflictException', 400],
    ['payload-too-large', 'invalid_request_error', 'request_too_large', 'ValidationException', 400],
    [
      'unsupported-media-type',
      'invalid_request_error',
      'invalid_request_error',
      'ValidationException',
      400,
    ],
    [
      'control-in-force',
      'insufficient_quota',
      'billing_error',
      'ServiceQuotaExceededException',
      400,
    ],
    ['too-many-requests', 'rate_limit_error', 'rate_limit_error', 'ThrottlingException', 429],
    ['rate-limited', 'rate_limit_error', 'rate_limit_error', 'ThrottlingException', 429],
    ['throttled', 'rate_limit_error', 'rate_limit_error', 'ThrottlingException', 429],
    ['internal', 'server_error', 'api_error', 'InternalServerException', 500],
    ['unavailable', 'server_error', 'overloaded_error', 'ServiceUnavailableException', 503],
  ];

  it.each(cases)('renders %s for every family', (type, openai, anthropic, bedrock, status) => {
    const problem = new ProblemError(type, 'Something is wrong.');
    expect(envelope('openai', problem)).toMatchObject({
      status: PROBLEMS[type].status,
      body: { error: { type: openai } },
    });
    expect(envelope('anthropic', problem)).toMatchObject({
      status: PROBLEMS[type].status,
      body: { error: { type: anthropic } },
    });
    expect(envelope('bedrock', problem)).toMatchObject({
      status,
      headers: { 'x-amzn-errortype': bedrock },
    });
  });

  it('covers every type of problem', () => {
    const types = ['budget-exceeded', ...cases.map(([type]) => type)];
    expect(types.toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
  });

  it('names the field at fault', () => {
    const problem = new ProblemError('invalid-request', 'n: must be 1', {
      errors: [{ field: 'n', message: 'must be 1' }],
    });
    expect(envelope('openai', problem).body).toEqual({
      error: {
        message: 'n: must be 1',
        type: 'invalid_request_error',
        param: 'n',
        code: 'invalid_request',
      },
    });
  });
});

describe('an error of a provider', () => {
  it.each([
    ['ValidationException', 400, 'invalid', 400],
    ['ServiceQuotaExceededException', 400, 'rate', 429],
    ['ConflictException', 400, 'conflict', 400],
    ['AccessDeniedException', 403, 'forbidden', 403],
    ['ResourceNotFoundException', 404, 'missing', 404],
    ['ModelTimeoutException', 408, 'timeout', 408],
    ['ModelErrorException', 424, 'model', 424],
    ['modelStreamErrorException', 200, 'model', 424],
    ['throttlingException', 200, 'rate', 429],
    ['ModelNotReadyException', 429, 'rate', 429],
    ['InternalServerException', 500, 'broken', 500],
    ['serviceUnavailableException', 200, 'overloaded', 503],
    [undefined, 529, 'overloaded', 529],
    [undefined, 418, 'invalid', 418],
    [undefined, 502, 'broken', 502],
  ])('%s with status %i keeps its meaning', (name, status, kind, actual) => {
    expect(failureOfProvider({ name, status, message: 'It failed.' })).toMatchObject({
      kind,
      status: actual,
      message: 'It failed.',
    });
  });

  it('tells each client in its words that the prompt is too long', () => {
    const failure = failureOfProvider({
      name: 'ValidationException',
      status: 400,
      message: 'Input is too long for requested model.',
    });
    expect(envelopeOf('openai', failure, 'r').body).toMatchObject({
      error: { code: 'context_length_exceeded' },
    });
    expect(envelopeOf('anthropic', failure, 'r').body).toMatchObject({
      error: {
        message:
          'capability_rejected: prompt_too_long (prompt is too long: Input is too long for requested model.)',
      },
    });
  });
});

describe('a request that is too large', () => {
  const words = 'capability_rejected: prompt_too_long (prompt is too long: Too big.)';
  it.each([
    ['for a provider', failureOfProvider({ status: 413, message: 'Too big.' })],
    ['for Purser', failureOfProblem(new ProblemError('payload-too-large', 'Too big.'))],
  ])('%s makes Claude Code shorten its conversation', (_, failure) => {
    expect(envelopeOf('anthropic', failure, 'r')).toMatchObject({
      status: 413,
      body: { error: { type: 'request_too_large', message: words } },
    });
  });

  it('is not told twice', () => {
    const message = 'prompt is too long: 250000 tokens > 200000 maximum';
    const failure = failureOfProvider({ status: 400, message });
    expect(envelopeOf('anthropic', failure, 'r').body).toMatchObject({
      error: { message: `capability_rejected: prompt_too_long (${message})` },
    });
  });
});

describe('an error in a stream that has begun', () => {
  const failure = failureOfProvider({
    name: 'throttlingException',
    status: 200,
    message: 'Too fast.',
  });
  const at = { requestId: 'req-1', sequenceNumber: 7 };

  it('has the form of each stream', () => {
    const error = {
      message: 'Too fast.',
      type: 'rate_limit_error',
      param: null,
      code: 'provider_rate',
    };
    expect(parsed(errorEventOf('chat', failure, at))).toEqual({
      event: undefined,
      data: { error },
    });
    expect(parsed(errorEventOf('responses', failure, at))).toEqual({
      event: 'error',
      data: {
        type: 'error',
        code: 'provider_rate',
        message: 'Too fast.',
        param: null,
        sequence_number: 7,
      },
    });
    expect(parsed(errorEventOf('messages', failure, at))).toEqual({
      event: 'error',
      data: {
        type: 'error',
        error: { type: 'rate_limit_error', message: 'Too fast.' },
        request_id: 'req-1',
      },
    });
    expect(parsed(errorEventOf('converse', failure, at))).toEqual({
      event: 'throttlingException',
      data: { message: 'Too fast.' },
    });
  });
});

const parsed = ({ event, data }: { event?: string | undefined; data: string }) => ({
  event,
  data: JSON.parse(data) as unknown,
});
