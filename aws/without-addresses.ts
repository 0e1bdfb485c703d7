const MAIL_ADDRESS = /[^\s<>,;:"'()[\]]+@[^\s<>,;:"'()[\]]+/gu;
const PHONE_NUMBER = /\+?\d{7,15}/g;

/**
 * Throws, for an error of a service that people are told by, one that can be logged: with its name and
 * words, but without the addresses of people that such services repeat in them.
 */
export function throwWithoutAddresses(error: unknown): never {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const told = message.replaceAll(MAIL_ADDRESS, '(address)').replaceAll(PHONE_NUMBER, '(number)');
  throw Object.assign(new Error(told), { name });
}
