import type * as z from 'zod';
import { identifier, scope } from './fields.ts';

/**
 * One scope of a list, or all of them. A credential limited to certain principals must name one.
 */
export const scopeFilter = {
  scope: scope.optional().meta({ description: 'Default: the whole organization' }),
  scopeId: identifier.optional().meta({ description: 'For a model, its recorded id' }),
};

/** Refuses a scope without its id, and an id without its scope. */
export function requireWholeScope(
  { scope: kind, scopeId }: { scope?: unknown; scopeId?: unknown },
  context: z.RefinementCtx,
): void {
  if ((kind === undefined) === (scopeId === undefined)) return;
  const missing = kind === undefined ? 'scope' : 'scopeId';
  context.addIssue({ code: 'custom', path: [missing], message: 'send both or neither' });
}
