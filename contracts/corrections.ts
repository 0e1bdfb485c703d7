import * as z from 'zod';
import type { Correction } from '../domain/ledger/correction.ts';
import { formatUsd, maxNanoUsd } from '../domain/money.ts';
import { identifier, instantText, plainText, usd, usdText } from './fields.ts';
import { defineRoute } from './route.ts';

export const correctionBody = z
  .strictObject({
    correctionId: identifier.meta({ description: 'Makes the correction count once' }),
    actualCostUsd: usd,
    reason: plainText(200).min(1, 'must not be empty'),
  })
  .meta({ id: 'CorrectionInput' });
export type CorrectionBody = z.output<typeof correctionBody>;

export const correctionView = z
  .object({
    correctionId: z.string(),
    previousUsd: usdText,
    settledUsd: usdText.meta({ description: 'Its cost after this correction' }),
    refundedUsd: usdText,
    addedUsd: usdText,
    reason: z.string(),
    correctedAt: instantText,
  })
  .meta({ id: 'Correction' });
export type CorrectionView = z.output<typeof correctionView>;

/** The API's view of a correction, regardless of later ones. */
export const correctionViewOf = (correction: Correction): CorrectionView => {
  const { previousNanoUsd, chargedNanoUsd } = correction;
  return {
    correctionId: correction.correctionId,
    previousUsd: formatUsd(previousNanoUsd),
    settledUsd: formatUsd(chargedNanoUsd),
    refundedUsd: formatUsd(maxNanoUsd(0n, previousNanoUsd - chargedNanoUsd)),
    addedUsd: formatUsd(maxNanoUsd(0n, chargedNanoUsd - previousNanoUsd)),
    reason: correction.reason,
    correctedAt: new Date(correction.atMs).toISOString(),
  };
};

export const correctionRoutes = {
  correctReservation: defineRoute({
    method: 'POST',
    path: '/v1/reservations/{id}/corrections',
    summary: 'Correct or refund a settled reservation, once per correction id',
    idempotencyKey: 'remembered',
    roles: ['operator', 'admin'],
    access: { subject: 'record' },
    params: z.strictObject({ id: z.string().max(128) }),
    body: correctionBody,
    problems: ['not-found'],
    responses: {
      200: {
        description: 'Corrected',
        schema: correctionView.extend({ reservationId: z.string() }),
      },
    },
  }),
  correctUsage: defineRoute({
    method: 'POST',
    path: '/v1/usage/{eventId}/corrections',
    summary: 'Correct or refund a usage event, once per correction id',
    idempotencyKey: 'remembered',
    roles: ['operator', 'admin'],
    access: { subject: 'record' },
    params: z.strictObject({ eventId: identifier }),
    query: z.strictObject({
      system: identifier.optional().meta({
        description: 'System of the event; required if several systems sent an event with this id',
      }),
    }),
    body: correctionBody,
    problems: ['not-found'],
    responses: {
      200: {
        description: 'Corrected',
        schema: correctionView.extend({ eventId: z.string(), system: z.string() }),
      },
    },
  }),
};
