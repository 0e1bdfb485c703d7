import { testRequestsOf } from './page-requests.ts';

testRequestsOf('accounting.md');
