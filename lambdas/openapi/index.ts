import { openApiDocument } from '../../contracts/openapi.ts';
import { edge } from '../edge/runtime.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler({ ...edge, document: openApiDocument() });
