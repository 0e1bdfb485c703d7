import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { systemClock } from '../../aws/system-clock.ts';
import { telemetry, tracer } from '../../aws/telemetry.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import type { Edge } from './http-handler.ts';

/** The world as every HTTP function meets it. */
export const edge: Edge = {
  now: systemClock,
  telemetry,
  trace: captureLambdaHandler(tracer, { captureResponse: false }),
};

/** The store of this environment. */
export const openStore = (tablePrefix: string): DynamoDb => createDynamoDb({ tablePrefix });
