const MAIL_ADDRESS = /[^\s<>,;:"'()[\]]+@[^\s<>,;:"'()[\]]+/gu;
const PHONE_NUMBER = /\+?\d{7,15}/g;

/**
 * Rethrows an error of a messaging service in a form that is safe to log: keeps its name and
 * message, but removes the email addresses and phone numbers that such services quote.
 */
export function throwWithoutAddresses(error: unknown): never {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const told = message.replaceAll(MAIL_ADDRESS, '(address)').replaceAll(PHONE_NUMBER, '(number)');
  throw Object.assign(new Error(told), { name });
}
