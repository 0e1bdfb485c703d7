import type { Call } from '../domain/access/caller.ts';
import type { AuditLog } from '../tables/audit-log/audit-log.ts';
import type { ChoiceStore } from '../tables/organization-settings.ts';

/** A setting of an organization that is one word from a list. */
type Choice<Word extends string> = {
  store: ChoiceStore<Word>;
  audit: Pick<AuditLog, 'change'>;
  /** In force until an organization chooses. */
  initial: Word;
  /** How the audit log names a change, the setting and its word. */
  entry: { action: string; target: string; member: string };
};

export type ChoiceManager<Word extends string> = {
  get(organizationId: string): Promise<Word>;
  change(call: Call, word: Word): Promise<Word>;
};

/** Shows and changes such a setting. Audits every change. */
export const createChoiceManager = <Word extends string>({
  store,
  audit,
  initial,
  entry: { action, target, member },
}: Choice<Word>): ChoiceManager<Word> => ({
  get: async (organizationId) => (await store.get(organizationId)) ?? initial,

  async change({ organizationId, actor, nowMs }, word) {
    await audit.change(async () => {
      const { before, write } = await store.replacement(organizationId, word);
      const entry = {
        organizationId,
        actor,
        action,
        target,
        ...(before ? { before: { [member]: before } } : {}),
        after: { [member]: word },
        atMs: nowMs,
      };
      return { entries: [entry], writes: [write] };
    });
    return word;
  },
});
