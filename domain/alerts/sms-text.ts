import type { Alert } from './alert.ts';
import { type Deployment, titleOf } from '../letters/deployment.ts';
import { bracketedText } from '../unlinked-text.ts';

/**
 * SNS takes 1,600 bytes. One part of a message has 160 characters, or 70 if a letter is not ASCII,
 * and each part costs.
 */
const MAX_SMS_CHARACTERS = 600;

/** An alert as a text message with full names and amounts, without tappable links. */
export const smsTextOf = ({ subject }: Alert, deployment: Deployment): string =>
  bracketedText(titleOf(subject, deployment)).slice(0, MAX_SMS_CHARACTERS).toWellFormed();
