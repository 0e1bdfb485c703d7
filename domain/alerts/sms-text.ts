import type { Alert } from './alert.ts';
import { unlinkedAscii } from '../unlinked-text.ts';

/** The length of one GSM message. A longer one is split and costs twice as much. */
export const MAX_SMS_CHARACTERS = 160;

/** An alert as a text message of at most 160 ASCII characters, without tappable links. */
export const smsTextOf = ({ subject }: Alert): string =>
  unlinkedAscii(subject.replaceAll(/[^\x20-\x7e]/gu, '?')).slice(0, MAX_SMS_CHARACTERS);
