import { alertPreferenceRoutes } from './alert-preferences.ts';
import { analyticsRoutes } from './analytics.ts';
import { auditRoutes } from './audit.ts';
import { chargebackRoutes } from './chargeback.ts';
import { benchmarkRoutes } from './benchmarks.ts';
import { breachRoutes } from './breaches.ts';
import { budgetRoutes } from './budgets.ts';
import { catalogRoutes } from './catalog.ts';
import { controlRoutes } from './controls.ts';
import { correctionRoutes } from './corrections.ts';
import { currentCostRoutes } from './current-costs.ts';
import { disputeRoutes } from './disputes.ts';
import { flagRoutes } from './flags.ts';
import { healthRoutes } from './health.ts';
import { keyRoutes } from './keys.ts';
import { identityRoutes } from './identity.ts';
import { predictionRoutes } from './predictions.ts';
import { predictorRoutes } from './predictors.ts';
import { reportExportRoutes } from './report-exports.ts';
import { reportSubscriptionRoutes } from './report-subscriptions.ts';
import { reportTagRoutes } from './report-tags.ts';
import { recommendationRoutes } from './recommendations.ts';
import { reportRoutes } from './reports.ts';
import { reservationRoutes } from './reservations.ts';
import type { Route } from './route.ts';
import { thresholdRoutes } from './thresholds.ts';
import { usageRecordRoutes } from './usage-records.ts';
import { usageRoutes } from './usage.ts';

/** Every HTTP route by operation id. */
export const ROUTES: Record<string, Route> = {
  ...predictionRoutes,
  ...predictorRoutes,
  ...reservationRoutes,
  ...budgetRoutes,
  ...usageRoutes,
  ...correctionRoutes,
  ...disputeRoutes,
  ...usageRecordRoutes,
  ...reportRoutes,
  ...reportTagRoutes,
  ...reportSubscriptionRoutes,
  ...reportExportRoutes,
  ...chargebackRoutes,
  ...currentCostRoutes,
  ...analyticsRoutes,
  ...recommendationRoutes,
  ...benchmarkRoutes,
  ...thresholdRoutes,
  ...breachRoutes,
  ...controlRoutes,
  ...alertPreferenceRoutes,
  ...flagRoutes,
  ...identityRoutes,
  ...auditRoutes,
  ...keyRoutes,
  ...catalogRoutes,
  ...healthRoutes,
};
