import * as z from 'zod';
import { METHODS } from '../domain/forecasting/methods.ts';
import { UNCERTAINTIES } from '../domain/forecasting/reliability.ts';
import { scope, usdText } from './fields.ts';
import { timeZoneText } from './reports.ts';

export const subjectView = { scope, scopeId: z.string() };

export const dayText = z.string().meta({ description: 'UTC day', example: '2026-11-21' });
const localDayText = z
  .string()
  .meta({ description: 'Day in the time zone', example: '2026-11-21' });
export const share = z.number().min(0).max(1);

export const levelStep = z
  .object({
    since: dayText.meta({ description: 'First day of the new level' }),
    beforeUsd: usdText.meta({ description: 'A usual day in the four weeks before' }),
    sinceUsd: usdText.meta({ description: 'A usual day since, of at most four weeks' }),
  })
  .nullable();

const inside = z.object({
  tested: z.int(),
  inside80: z.int().meta({ description: 'How many lay within their 80 % band' }),
  inside95: z.int().meta({ description: 'How many lay within their 95 % band' }),
});

const amountView = {
  expectedUsd: usdText,
  low80Usd: usdText,
  high80Usd: usdText,
  low95Usd: usdText,
  high95Usd: usdText,
};

export const forecastView = z
  .object({
    ...subjectView,
    currency: z.literal('USD'),
    timeZone: timeZoneText,
    days: z.array(z.object({ day: localDayText, ...amountView })),
    total: z.object(amountView),
    accuracy: z
      .object({
        day: share.meta({ description: '1 − Σ|forecast − actual| / Σ actual' }),
        total: share.meta({ description: 'The same for the sum' }),
        forecasts: z.int().meta({ description: 'Past days on which forecasts were tested' }),
      })
      .nullable()
      .meta({ description: "Over the scope's last ten weeks; null if nothing could be tested" }),
    step: levelStep.meta({
      description:
        'The last time the level changed from one day to the next and stayed there. Earlier days count at the new level, and forecasts across the step are not tested',
    }),
    bands: z
      .object({
        days: inside.meta({ description: 'Forecasts of single past days' }),
        totals: inside.meta({ description: 'Sums of as many days as are forecast here' }),
        width80: z.number().meta({
          description: 'Width of the 80 % band of the total, as a share of the expected total',
        }),
        typicalError: z
          .number()
          .nullable()
          .meta({ description: 'Median of |forecast − actual| / actual of the past sums' }),
      })
      .meta({
        description:
          "How this scope's own bands did over its last ten weeks: each past forecast got the bands that were known on its day",
      }),
    reliable: z.boolean().meta({
      description:
        'Whether 14 or more sums were tested, 14 days passed since a step, past sums were 85 % accurate, 70 and 88 % of days lay within their 80 and 95 % bands and 60 % of sums within their 80 % band, and width80 is at most 0.6',
    }),
    uncertainty: z
      .enum(UNCERTAINTIES)
      .nullable()
      .meta({ description: 'The first condition that fails' }),
    reason: z.string().nullable().meta({ description: 'The same in words' }),
    methods: z.array(z.object({ method: z.enum(METHODS), share })),
    historyDays: z.int(),
  })
  .meta({ id: 'SpendForecast' });

/** The response. Today's spend is always read again; the rest may be cached. */
export const spentForecastView = forecastView
  .extend({
    spentTodayUsd: usdText.meta({
      description:
        'So far today. Once it exceeds the forecast for today, the rest of the day is expected to follow the usual pattern',
    }),
  })
  .meta({ id: 'SpentForecast' });
