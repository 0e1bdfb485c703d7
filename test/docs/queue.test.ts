import { testRequestsOf } from './page-requests.ts';

testRequestsOf('queue.md');
