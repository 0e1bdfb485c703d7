import { basename } from 'node:path';
import type { FunctionDefinition } from './function-definition.ts';
import { localCredentials, region } from '../template/resource-identity.ts';

/** Addresses of the emulated AWS services. */
export type ServiceEndpoints = {
  dynamoDb: string;
  messaging: string;
  bedrock: string;
  /** Answers calls to every other service. */
  control: string;
};

/** Variables that point any AWS SDK program to the local services instead of AWS. */
export function sdkEnvironment(endpoints: ServiceEndpoints): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: endpoints.control,
    AWS_ENDPOINT_URL_BEDROCK: endpoints.bedrock,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoints.bedrock,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_SQS: endpoints.messaging,
    AWS_ENDPOINT_URL_SNS: endpoints.messaging,
    AWS_ENDPOINT_URL_S3: endpoints.messaging,
  };
}

/** A function's whole environment: Lambda's own variables, the SDK's and the template's. */
export function functionEnvironment(
  definition: FunctionDefinition,
  endpoints: ServiceEndpoints,
): Record<string, string> {
  return {
    ...sdkEnvironment(endpoints),
    PATH: process.env['PATH'] ?? '',
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0] ?? ''}.x`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    // Changes with the code, like a published version: the folder is named after its content.
    AWS_LAMBDA_FUNCTION_VERSION: basename(definition.codeDirectory),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE:
      Object.keys(definition.provisioned).length > 0 ? 'provisioned-concurrency' : 'on-demand',
    // One worker runs many invocations at once; libraries detect that through this variable.
    AWS_LAMBDA_MAX_CONCURRENCY: '64',
    LAMBDA_TASK_ROOT: definition.codeDirectory,
    _HANDLER: definition.handler,
    AWS_XRAY_CONTEXT_MISSING: 'IGNORE_ERROR',
    ...definition.environment,
    POWERTOOLS_TRACE_ENABLED: 'false',
    POWERTOOLS_TRACER_CAPTURE_HTTPS_REQUESTS: 'false',
  };
}
