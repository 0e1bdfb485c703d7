import { randomUUID } from 'node:crypto';
import type { EventLog } from './event-log.ts';
import { compileFilter } from '../streams/filter-pattern.ts';
import type { EventFilter } from '../streams/filter-pattern.ts';
import { accountId, region } from '../template/resource-identity.ts';
import type { LocalTemplate } from '../template/local-template.ts';
import type { ControlOperation } from './control-service.ts';

type BusRule = {
  bus: string;
  matches: EventFilter;
  targets: readonly { Arn: string; Input?: string }[];
};

type RuleProperties = {
  EventBusName?: string;
  EventPattern?: Readonly<Record<string, unknown>>;
  State?: string;
  Targets?: BusRule['targets'];
};

type PutEventsEntry = {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
  Resources?: readonly string[];
  Time?: number;
};

/**
 * Implements EventBridge's PutEvents: sends each event to the targets of all matching rules. `send`
 * passes an event, as JSON text, to a function, queue or topic by its ARN.
 */
export function createPutEvents(
  template: LocalTemplate,
  now: () => number,
  send: (targetArn: string, event: string) => void,
  log: EventLog,
): ControlOperation {
  const rules: BusRule[] = template
    .ofType<RuleProperties>('AWS::Events::Rule')
    .filter(({ properties }) => properties.EventPattern && properties.State !== 'DISABLED')
    .map(({ properties }) => ({
      bus: busName(properties.EventBusName),
      matches: compileFilter([properties.EventPattern ?? {}]),
      targets: properties.Targets ?? [],
    }));
  return (input) => {
    const entries = (input['Entries'] ?? []) as readonly PutEventsEntry[];
    const results = entries.map((entry) => {
      const id = randomUUID();
      const event = {
        version: '0',
        id,
        'detail-type': entry.DetailType ?? '',
        source: entry.Source ?? '',
        account: accountId,
        time: new Date(entry.Time === undefined ? now() : entry.Time * 1000).toISOString(),
        region,
        resources: entry.Resources ?? [],
        detail: JSON.parse(entry.Detail ?? '{}') as unknown,
      };
      const bus = busName(entry.EventBusName);
      log.add(bus, event);
      for (const rule of rules.filter((item) => item.bus === bus && item.matches(event))) {
        for (const target of rule.targets) send(target.Arn, target.Input ?? JSON.stringify(event));
      }
      return { EventId: id };
    });
    return { FailedEntryCount: 0, Entries: results };
  };
}

function busName(nameOrArn: string | undefined): string {
  return nameOrArn?.split('/').at(-1) ?? 'default';
}
