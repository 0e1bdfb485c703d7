import { setImmediate } from 'node:timers/promises';
import { tellingServices } from '../../composition/alerts.ts';
import type { BreachMessage } from '../../contracts/breach-message.ts';
import { type Attempt, tellBreaches } from '../../services/alerts/tell-breaches.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

type World = Parameters<typeof tellingServices>[1];

/** The queue of breaches and its worker, without the delay: what is published is told at once. */
export function tellingOn(db: DynamoDb, world: World) {
  const deps = tellingServices(db, world);
  let messages = 0;
  const next = (): Attempt => ({ messageId: `message-${(messages += 1)}`, attempt: 1 });
  const tell = (message: BreachMessage, attempt: Attempt = next()) =>
    tellBreaches(deps, message, attempt);
  const publish = async (message: BreachMessage): Promise<void> => {
    const attempt = next();
    while ((await tell(message, attempt)) === 'busy') await setImmediate();
  };
  return { deps, tell, breachQueue: { publish } };
}
