import { testRequestsOf } from './page-requests.ts';

testRequestsOf('agents.md');
