import { ownValue } from './own-value.ts';
import { modelStem } from './pricing/model-id.ts';

/** In UTF-16 units, as JavaScript counts. */
export const MAX_ID_CHARACTERS = 128;

/** The most tags of a request. */
export const MAX_TAGS = 20;

/** The scopes that every organization has. A `session` is one run of an agent. */
export const SCOPES = ['user', 'department', 'organization', 'system', 'model', 'session'] as const;
export type NamedScope = (typeof SCOPES)[number];

/** A tag that the organization lists is a scope, too: `tag:project` with the tag's value as its id. */
export type TagScope = `tag:${string}`;
export type Scope = NamedScope | TagScope;

const TAG = 'tag:';
/** `/` parts the names of balances, so a tag with it in its name is only for reports. */
const TAG_NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@:+=|-]*$/u;
/** As contracts check an id. */
export const ID_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._@:+/=|-]*$/u;

/** Whether a scope is that of a tag. */
export const isTagScope = (text: string): text is TagScope =>
  text.startsWith(TAG) && TAG_NAME.test(text.slice(TAG.length));

/** Whether a text names a scope. */
export const isScope = (text: unknown): text is Scope =>
  SCOPES.some((scope) => scope === text) || (typeof text === 'string' && isTagScope(text));

/** The tag's name: `project` of `tag:project`. */
export const tagNameOf = (scope: TagScope): string => scope.slice(TAG.length);

/** All tags are one kind of scope. */
export const kindOf = (scope: Scope): NamedScope | 'tag' => (isTagScope(scope) ? 'tag' : scope);

/** One owner of budgets and thresholds within an organization. */
export type ScopeRef = { scope: Scope; scopeId: string };

/**
 * A scope, the last spelling of its id, if it differs, and what people call it, if it has a display
 * name; for display only.
 */
export type SpelledScope = ScopeRef & {
  spelling?: string | undefined;
  displayName?: string | undefined;
};

/** A scope's id as people should see it. */
export const shownId = ({ scopeId, spelling = scopeId }: SpelledScope): string => spelling;

/** Who and what an AI request is charged to. */
export type Principals = {
  organizationId: string;
  userId: string;
  departmentId?: string | undefined;
  system: string;
  model: string;
  sessionId?: string | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
  /** Names of the tags that the organization lists: the others are no scopes. */
  listedTags?: readonly string[] | undefined;
};

/**
 * The scope that budgets, thresholds and controls are stored under. A model's scope covers all its
 * dated and regional forms, so that no prefix bypasses it.
 */
export const canonicalScope = ({ scope, scopeId }: ScopeRef): ScopeRef => ({
  scope,
  scopeId: scope === 'model' ? modelStem(scopeId) : scopeId,
});

/** Every scope whose budgets a request touches, most specific first. */
export function scopesOf(principals: Principals): ScopeRef[] {
  return [
    { scope: 'user', scopeId: principals.userId },
    ...(principals.departmentId === undefined
      ? []
      : [{ scope: 'department' as const, scopeId: principals.departmentId }]),
    { scope: 'organization', scopeId: principals.organizationId },
    { scope: 'system', scopeId: principals.system },
    canonicalScope({ scope: 'model', scopeId: principals.model }),
    ...(principals.sessionId === undefined
      ? []
      : [{ scope: 'session' as const, scopeId: principals.sessionId }]),
    ...tagScopesOf(principals),
  ];
}

/** The listed tags of a request as scopes. A value that is no id can have no budget. */
export const tagScopesOf = ({
  tags,
  listedTags = [],
}: Pick<Principals, 'tags' | 'listedTags'>): ScopeRef[] =>
  listedTags.flatMap((name) => {
    const [scope, scopeId] = [`${TAG}${name}` as const, ownValue(tags, name)];
    return scopeId !== undefined && isTagScope(scope) && isScopeId(scopeId)
      ? [{ scope, scopeId }]
      : [];
  });

/** Whether a text can be the id of a scope. */
export const isScopeId = (text: string): boolean =>
  text.length <= MAX_ID_CHARACTERS && ID_PATTERN.test(text) && text === text.normalize('NFC');
