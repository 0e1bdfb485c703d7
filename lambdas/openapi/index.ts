import { openApiDocument } from '../../contracts/openapi.ts';
import { runtime } from '../edge/runtime.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler({ ...runtime, document: openApiDocument() });
