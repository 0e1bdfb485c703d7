import { unlinkedText } from '../unlinked-text.ts';
import type { Alert } from './alert.ts';
import { type Deployment, placeText, titleOf } from '../letters/deployment.ts';

/** A message to the topic's subscribers. */
export type TopicMessage = { subject: string; text: string; attributes: Record<string, string> };

/** SNS takes fewer than 100 ASCII characters. */
const MAX_SUBJECT_CHARACTERS = 99;

/**
 * An alert for the SNS topic. SNS takes only short ASCII subjects: letters lose their marks, and a
 * subject that is still too long or not ASCII becomes a general one. The text then begins with the
 * full subject.
 */
export function topicMessageOf(alert: Alert, deployment: Deployment): TopicMessage {
  const title = titleOf(alert.subject, deployment);
  const subject =
    shortAscii(title) ?? shortAscii(generalTitle(alert, deployment)) ?? 'Purser alert';
  const text = [...(subject === title ? [] : [title]), alert.body, placeText(deployment)];
  return {
    subject,
    text: unlinkedText(text.join('\n\n')),
    attributes: {
      ...alert.attributes,
      environment: deployment.environment,
      region: deployment.region,
    },
  };
}

function shortAscii(text: string): string | undefined {
  const folded = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return folded.length <= MAX_SUBJECT_CHARACTERS && /^[\x20-\x7e]+$/.test(folded)
    ? folded
    : undefined;
}

const generalTitle = ({ kind, severity, scope }: Alert, deployment: Deployment): string =>
  titleOf(
    `${severity}: ${kind.replaceAll('_', ' ')} for one ${scope}, named in the text`,
    deployment,
  );
