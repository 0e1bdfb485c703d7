import { testRequestsOf } from './page-requests.ts';

testRequestsOf('prompts.md');
