import type { DynamoDb } from '../../tables/dynamodb.ts';
import {
  createEndpointHealthStore,
  type EndpointHealthStore,
} from '../../tables/endpoint-health.ts';

/** The real store of endpoints' health. Counts requests, and can wait for those in the background. */
export function watchedHealthStore(db: DynamoDb) {
  const store = createEndpointHealthStore(db);
  const open = new Set<Promise<unknown>>();
  let requests = 0;
  function watched<Answer>(answer: Promise<Answer>): Promise<Answer> {
    requests += 1;
    open.add(answer);
    const forget = (): void => void open.delete(answer);
    answer.then(forget, forget);
    return answer;
  }
  const healthStore: EndpointHealthStore = {
    add: (...request) => watched(store.add(...request)),
    setBreaker: (...request) => watched(store.setBreaker(...request)),
    read: (...request) => watched(store.read(...request)),
  };
  return {
    healthStore,
    requests: () => requests,
    settle: async (): Promise<void> => void (await Promise.all(open)),
  };
}
