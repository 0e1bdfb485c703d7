import { testRequestsOf } from './page-requests.ts';

testRequestsOf('prices.md');
