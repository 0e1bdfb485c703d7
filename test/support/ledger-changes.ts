import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import { type Entry, expireEntry, settleEntry } from '../../domain/ledger/entry.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { entryItem } from '../../tables/ledger/entry-items.ts';
import { NOON } from './postings.ts';
import { ENTRY_STORAGE } from './world.ts';

/** An open reservation of Ada's, made at noon. */
export const reservedEntry = (organizationId: string, number: number): Entry => ({
  entryId: `019a9f00-0000-7000-8000-${String(number).padStart(12, '0')}`,
  kind: 'reservation',
  organizationId,
  userId: 'ada',
  system: 'relaycore',
  model: 'amazon.nova-lite-v1:0',
  state: 'reserved',
  amountNanoUsd: 2_000_000n,
  chargedNanoUsd: 0n,
  balances: ['user/ada/daily/2026-11-21'],
  occurredAtMs: NOON,
  expiresAtMs: NOON + 60_000,
  version: 1,
  requestDigest: 'digest',
});

/** The reservation after its settlement. */
export function settled(entry: Entry, chargedNanoUsd: bigint): Entry {
  const change = settleEntry(
    entry,
    {
      chargedNanoUsd,
      usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 },
      model: entry.model,
      settlementDigest: 'settled',
    },
    NOON + 1_000,
  );
  if (change.kind !== 'change') throw new Error('not settled');
  return change.entry;
}

/** The reservation after its expiry, two minutes after it was made. */
export function expired(entry: Entry): Entry {
  const expiry = expireEntry(entry, NOON + 120_000);
  if (expiry.kind !== 'change') throw new Error('not expired');
  return expiry.entry;
}

let sequence = 0;

/** A record as the stream delivers it. */
export function recordOf(before: Item | undefined, after: Item | undefined): DynamoDBRecord {
  sequence += 1;
  const image = (item: Item) => marshall(item, { removeUndefinedValues: true }) as never;
  return {
    eventID: String(sequence),
    eventName: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
    eventSource: 'aws:dynamodb',
    eventVersion: '1.1',
    awsRegion: 'us-east-1',
    dynamodb: {
      SequenceNumber: String(1_000 + sequence),
      Keys: keysOf(image(after ?? before ?? {})),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      ...(before ? { OldImage: image(before) } : {}),
      ...(after ? { NewImage: image(after) } : {}),
    },
  };
}

const keysOf = ({ pk, sk }: Record<string, AttributeValue>) => ({ pk, sk }) as never;

/** The record of an entry's change. */
export const changeOf = (before: Entry | undefined, after: Entry): DynamoDBRecord =>
  recordOf(before && entryItem(before, ENTRY_STORAGE), entryItem(after, ENTRY_STORAGE));
