import type { SentSettlement, SettleBody } from '../../contracts/reservations.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { modelFor } from '../../domain/naming/model-names.ts';
import type { UsagePart } from '../../domain/provider-usage/read-usage.ts';
import { invalidField } from '../errors.ts';
import { type ReadUsage, readGivenUsage, sumOf } from './read-given-usage.ts';

/**
 * Reads the usage of a settlement. The money is spent, so members that have no meaning are taken
 * and named (`unreadMembers`).
 * @throws ServiceError `invalid-request` if the usage cannot be read or contradicts itself
 */
export function readSettlement(reserved: Entry, sent: SentSettlement): SettleBody {
  const { usage: _, providerUsage: __, usageShape: ___, parts, ...rest } = sent;
  const model = modelFor(reserved, sent.model);
  const inputIncludesCache =
    model === reserved.model ? reserved.rate?.inputIncludesCache : undefined;
  const reads = parts
    ? parts.map((part, index) => ({
        model: part.model,
        read: required(readGivenUsage(part, { model: part.model ?? model }, `parts[${index}].`)),
      }))
    : [
        {
          model: undefined,
          read: required(readGivenUsage(sent, { model, inputIncludesCache })),
        },
      ];
  const all = reads.flatMap((each) =>
    each.read.parts.map((part): UsagePart => {
      const name = part.model ?? each.model;
      return name === undefined ? { usage: part.usage } : { model: name, usage: part.usage };
    }),
  );
  const unread = reads.flatMap(({ read }) => read.unread);
  const isPlain = all.length === 1 && all[0]?.model === undefined;
  const reasoning = reads.flatMap(({ read }) => read.reasoningOutputTokens ?? []);
  const reported = reads.map(({ read }) => read.reportedNanoUsd);
  return {
    ...rest,
    usage: sumOf(all),
    finishReason: sent.finishReason ?? reads.at(-1)?.read.finishReason,
    ...(reasoning.length === 0
      ? {}
      : { reasoningOutputTokens: reasoning.reduce((sum, each) => sum + each, 0) }),
    ...(isPlain ? {} : { parts: all }),
    ...(unread.length === 0 ? {} : { unreadMembers: unread }),
    served: Object.assign({}, ...reads.map(({ read }) => read.served)) as ReadUsage['served'],
    ...(reported.includes(undefined)
      ? {}
      : { reportedNanoUsd: reported.reduce<bigint>((sum, each) => sum + (each ?? 0n), 0n) }),
  };
}

function required(read: ReturnType<typeof readGivenUsage>): ReadUsage {
  if ('field' in read) throw invalidField(read.field, read.message);
  return read;
}
