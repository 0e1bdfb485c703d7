import { isScope, type Scope, SCOPES } from '../../domain/scopes.ts';
import type { Attribute } from '../dynamodb.ts';
import { type Codec, scalar } from './attributes.ts';

const isStored = (stored: Attribute | undefined): stored is Scope => isScope(stored);

/** The kind of a scope: one of its names, or a tag. */
export const anyScope: Codec<Scope> = {
  ...scalar('', `one of ${SCOPES.join(', ')} or a tag`, isStored),
  shape: [...SCOPES, 'tag:…'],
};
