import { type FlagSetting, type FlagSubject, FULLY_ON, isFlagOn } from './flag.ts';
import { type FlagName, KNOWN_FLAGS } from './known-flags.ts';

/** An organization's flags at one moment. */
export type Flags = { isOn(name: FlagName, subject: FlagSubject): boolean };

/** The setting of a flag that nobody has set. */
export const settingAtFirst = (name: FlagName): FlagSetting =>
  'isOffAtFirst' in KNOWN_FLAGS[name] ? { ...FULLY_ON, enabled: false } : FULLY_ON;

/** Flags from an organization's settings. */
export const createFlagSet = (settings: ReadonlyMap<string, FlagSetting>): Flags => ({
  isOn: (name, subject) => isFlagOn(name, settings.get(name) ?? settingAtFirst(name), subject),
});

/** Flags of an organization whose settings have not been read yet. */
export const UNREAD_FLAGS: Flags = { isOn: (name) => KNOWN_FLAGS[name].whenUnread };
