import { adviceSettingsRoutes } from './advice-settings.ts';
import { cacheSettingsRoutes } from './cache-settings.ts';
import { alertPreferenceRoutes } from './alert-preferences.ts';
import { analyticsRoutes } from './analytics.ts';
import { auditRoutes } from './audit.ts';
import { chargebackRoutes } from './chargeback.ts';
import { benchmarkRoutes } from './benchmarks.ts';
import { breachRoutes } from './breaches.ts';
import { budgetAdjustmentRoutes } from './budget-adjustments.ts';
import { budgetRoutes } from './budgets.ts';
import { catalogRoutes } from './catalog.ts';
import { controlRoutes } from './controls.ts';
import { correctionRoutes } from './corrections.ts';
import { currentCostRoutes } from './current-costs.ts';
import { defaultsRoutes } from './defaults.ts';
import { displayNameRoutes } from './display-names.ts';
import { directoryRoutes } from './directory.ts';
import { disputeRoutes } from './disputes.ts';
import { flagRoutes } from './flags.ts';
import { healthRoutes } from './health.ts';
import { jobRoutes } from './jobs.ts';
import { keyRoutes } from './keys.ts';
import { costSettingsRoutes } from './cost-settings.ts';
import { identityRoutes } from './identity.ts';
import { priceSettingsRoutes } from './price-settings.ts';
import { mcpRoutes } from './mcp.ts';
import { selectionRoutes } from './selections.ts';
import { performanceRoutes } from './performance.ts';
import { predictionRoutes } from './predictions.ts';
import { promptTemplateRoutes } from './prompt-templates.ts';
import { promptRoutes } from './prompts.ts';
import { predictorRoutes } from './predictors.ts';
import { reportExportRoutes } from './report-exports.ts';
import { reportSubscriptionRoutes } from './report-subscriptions.ts';
import { reportTagRoutes } from './report-tags.ts';
import { recommendationRoutes } from './recommendations.ts';
import { reportRoutes } from './reports.ts';
import { reservationRoutes } from './reservations.ts';
import type { Route } from './route.ts';
import { routingRoutes } from './routing.ts';
import { thresholdRoutes } from './thresholds.ts';
import { timeSettingsRoutes } from './time-settings.ts';
import { usageRecordRoutes } from './usage-records.ts';
import { usageRoutes } from './usage.ts';
import { workflowRoutes } from './workflows.ts';

type Room = { name: string; description: string; routes: Record<string, Route> };

/** The tags of the OpenAPI document, in order: routes that readers look for together. */
export const ROOMS: readonly Room[] = [
  {
    name: 'Predictions',
    description: 'What an AI request or a workflow will cost, and which predictor says so',
    routes: { ...predictionRoutes, ...selectionRoutes, ...predictorRoutes },
  },
  {
    name: 'Reservations',
    description: 'Hold money before an AI request, then settle or void it',
    routes: { ...reservationRoutes, ...workflowRoutes },
  },
  {
    name: 'Budgets',
    description: 'How much scopes may spend in each period, and what members get by default',
    routes: { ...budgetRoutes, ...budgetAdjustmentRoutes, ...defaultsRoutes },
  },
  {
    name: 'Usage',
    description: 'Record, list and correct usage, and decide disputes about stated costs',
    routes: { ...usageRoutes, ...usageRecordRoutes, ...correctionRoutes, ...disputeRoutes },
  },
  {
    name: 'Reports',
    description: 'Costs by group as JSON or CSV, as files, also FOCUS, and by e-mail',
    routes: {
      ...reportRoutes,
      ...currentCostRoutes,
      ...chargebackRoutes,
      ...reportExportRoutes,
      ...reportSubscriptionRoutes,
      ...reportTagRoutes,
    },
  },
  {
    name: 'Analytics',
    description: 'Patterns, forecasts and anomalies of spend',
    routes: analyticsRoutes,
  },
  {
    name: 'Advice',
    description: 'Recommendations that save money, and unit costs compared with an industry',
    routes: { ...recommendationRoutes, ...benchmarkRoutes },
  },
  {
    name: 'Performance',
    description: 'How fast, how good and how busy systems are',
    routes: performanceRoutes,
  },
  {
    name: 'Prompts',
    description: 'Shorter prompts, what they save, and templates',
    routes: { ...promptRoutes, ...promptTemplateRoutes },
  },
  {
    name: 'Controls',
    description: 'Thresholds, breaches of them, and restrictions of scopes',
    routes: { ...thresholdRoutes, ...breachRoutes, ...controlRoutes },
  },
  {
    name: 'Jobs',
    description: 'Work that waits until there is money for it',
    routes: jobRoutes,
  },
  {
    name: 'Alerts',
    description: 'Who is notified, through which channels',
    routes: alertPreferenceRoutes,
  },
  {
    name: 'Routing',
    description:
      "Where calls of models go: an organization's own providers, and health of endpoints",
    routes: routingRoutes,
  },
  {
    name: 'Catalog',
    description: 'Models and their prices',
    routes: catalogRoutes,
  },
  {
    name: 'Agents',
    description: 'Tools that agents call by the Model Context Protocol',
    routes: mcpRoutes,
  },
  {
    name: 'Administration',
    description: 'API keys, users, settings, feature flags and the audit log',
    routes: {
      ...keyRoutes,
      ...directoryRoutes,
      ...displayNameRoutes,
      ...identityRoutes,
      ...costSettingsRoutes,
      ...priceSettingsRoutes,
      ...timeSettingsRoutes,
      ...adviceSettingsRoutes,
      ...cacheSettingsRoutes,
      ...flagRoutes,
      ...auditRoutes,
    },
  },
  {
    name: 'Service',
    description: 'Health of the deployment, and this documentation',
    routes: healthRoutes,
  },
];

/** Every HTTP route by operation id. */
export const ROUTES: Record<string, Route> = Object.assign(
  {},
  ...ROOMS.map(({ routes }) => routes),
);
