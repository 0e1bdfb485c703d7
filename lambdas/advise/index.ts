import { readEnvironment } from '../../aws/environment.ts';
import { adviceDeps } from '../edge/advice-deps.ts';
import { openStore } from '../edge/open-store.ts';
import { advise as adviseFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(adviseFunction);

export const handler = createHandler(adviceDeps(openStore(settings.PURSER_TABLE_PREFIX), settings));
