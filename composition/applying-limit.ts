import { createApplyingLimit } from '../services/budgets/limit-applying.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';

/** Keeps the budgets that can apply to one request at eight. */
export const applyingLimit = (db: DynamoDb) =>
  createApplyingLimit({
    census: createOrganizationSettingsStore(db),
    settings: createReportSettingsStore(db),
    books: createBudgetStore(db),
    rules: createMemberDefaultsStore(db),
  });
