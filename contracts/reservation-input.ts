import * as z from 'zod';
import { aiRequest, hasInput, hasMeasure, NO_INPUT, NO_MEASURE } from './ai-request.ts';
import { refuseBesideTemplate, templateUse } from './template-use.ts';

/** An AI request, whose prompt may come from a template. */
export const reservationInput = z
  .strictObject({ ...aiRequest.shape, template: templateUse.optional() })
  .superRefine(refuseBesideTemplate)
  .refine((request) => request.template !== undefined || hasInput(request), NO_INPUT)
  .refine(hasMeasure, NO_MEASURE)
  .meta({ id: 'ReservationInput' });
