/** How each fault looks: its HTTP status, and its name in the AWS, OpenAI and Anthropic APIs. */
export const FAULTS = {
  validation: [400, 'ValidationException', 'invalid_request_error', 'invalid_request_error'],
  quotaExceeded: [
    400,
    'ServiceQuotaExceededException',
    'invalid_request_error',
    'rate_limit_error',
  ],
  unauthenticated: [
    403,
    'MissingAuthenticationTokenException',
    'authentication_error',
    'authentication_error',
  ],
  accessDenied: [403, 'AccessDeniedException', 'permission_denied_error', 'permission_error'],
  notFound: [404, 'ResourceNotFoundException', 'not_found_error', 'not_found_error'],
  conflict: [400, 'ConflictException', 'invalid_request_error', 'invalid_request_error'],
  unknownOperation: [404, 'UnknownOperationException', 'not_found_error', 'not_found_error'],
  modelTimeout: [408, 'ModelTimeoutException', 'timeout_error', 'timeout_error'],
  modelError: [424, 'ModelErrorException', 'server_error', 'api_error'],
  throttling: [429, 'ThrottlingException', 'rate_limit_error', 'rate_limit_error'],
  modelNotReady: [429, 'ModelNotReadyException', 'rate_limit_error', 'rate_limit_error'],
  internal: [500, 'InternalServerException', 'server_error', 'api_error'],
  unavailable: [
    503,
    'ServiceUnavailableException',
    'service_unavailable_error',
    'overloaded_error',
  ],
} as const;

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as [FaultKind, ...FaultKind[]];

const MESSAGES: Record<FaultKind, string> = {
  validation: 'The request is not valid. Check its fields and try again.',
  quotaExceeded: 'Your request exceeds the service quota for your account.',
  unauthenticated: 'Missing Authentication Token',
  accessDenied: "You don't have access to the model with the specified model ID.",
  notFound: 'Could not resolve the foundation model from the provided model identifier.',
  conflict: 'The job has ended, so it cannot be stopped.',
  unknownOperation: 'The requested operation is not recognized by the service.',
  modelTimeout: 'Model has timed out in processing the request. Try your request again.',
  modelError: 'The model returned the following errors: the request could not be processed.',
  throttling: 'Too many requests, please wait before trying again.',
  modelNotReady: 'Model is not ready for inference. Wait and try your request again.',
  internal: 'The system encountered an unexpected error during processing. Try your request again.',
  unavailable: 'Bedrock is unable to process your request.',
};

/** A request that the service does not answer. The message is what the caller reads. */
export class BedrockFault extends Error {
  readonly kind: FaultKind;

  constructor(kind: FaultKind, message?: string) {
    super(message ?? MESSAGES[kind]);
    this.kind = kind;
  }

  get status(): number {
    return FAULTS[this.kind][0];
  }

  /** The name of the exception that AWS SDKs throw. */
  get exception(): string {
    return FAULTS[this.kind][1];
  }
}

/** A fault as the OpenAI-compatible APIs tell it. */
export const openAiFault = ({ kind, message }: BedrockFault): object => ({
  error: { message, type: FAULTS[kind][2], param: null, code: openAiCode(kind) },
});

function openAiCode(kind: FaultKind): string | null {
  if (kind === 'notFound') return 'model_not_found';
  return kind === 'throttling' || kind === 'modelNotReady' ? 'rate_limit_exceeded' : null;
}

/** A fault as the Messages API tells it. */
export const anthropicFault = ({ kind, message }: BedrockFault, requestId: string): object => ({
  type: 'error',
  error: { type: FAULTS[kind][3], message },
  request_id: requestId,
});

export const invalid = (message: string): BedrockFault => new BedrockFault('validation', message);
