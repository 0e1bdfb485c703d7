/**
 * The deployment that an alert is of. Keys of incidents and deliveries contain it, so that two
 * deployments never touch each other's.
 */
export type Deployment = { environment: string; region: string };

/** A subject with the deployment in front, for people who get alerts of several. */
export const titleOf = (subject: string, { environment }: Deployment): string =>
  `[Purser ${environment}] ${subject}`;

/** The line at the end of a message: `Sent by Purser, environment prod, region us-east-1.` */
export const placeText = ({ environment, region }: Deployment): string =>
  `Sent by Purser, environment ${environment}, region ${region}.`;
