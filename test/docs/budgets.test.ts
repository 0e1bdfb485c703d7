import { testRequestsOf } from './page-requests.ts';

testRequestsOf('budgets.md');
