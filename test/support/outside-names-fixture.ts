import { ownValue } from '../../domain/own-value.ts';

/** Expected findings of `test/support/outside-names.ts`: exactly the lookups marked `wrong`. */
type Tags = Record<string, string>;
type Kind = 'small' | 'large';

export const byName = (tags: Tags | undefined, name: string) => tags?.[name]; // wrong
export const byTemplate = (tags: Tags, name: string) => tags[`tag:${name}`]; // wrong
export const bySome = (tags: Tags, name: string | number) => tags[name]; // wrong
export const byKey = <Key extends string>(record: Record<Key, bigint>, key: Key) => record[key]; // wrong
export const isThere = (tags: Tags, name: string) => name in tags; // wrong
export function taken(tags: Tags, name: string) {
  const { [name]: value } = tags; // wrong
  return value;
}
export function written(tags: Tags, name: string) {
  tags[name] = 'x'; // wrong
}

export const byOwn = (tags: Tags, name: string) => ownValue(tags, name);
export const byMap = (tags: Map<string, string>, name: string) => tags.get(name);
export const byKind = (sizes: Record<Kind, bigint>, kind: Kind) => sizes[kind];
export const byField = (sizes: Record<Kind, bigint>, field: keyof typeof sizes) => sizes[field];
export const byPosition = (list: string[], position: number) => list[position];
export const byLiteral = (tags: Tags) => tags['session'];
export const isOfKind = (sizes: { small: bigint } | { large: bigint }) => 'small' in sizes;
