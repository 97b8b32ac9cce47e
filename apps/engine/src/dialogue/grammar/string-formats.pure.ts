/**
 * JSON Schema's formats (draft 2020-12, validation, 7.3) as patterns, all of them in fewer spellings
 * than the standards allow: no 29th of February, no leap second, IPv6 in eight groups.
 */
const DATE =
  '\\d{4}-((0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)';
const HOUR = '([01]\\d|2[0-3])';
const TIME = `${HOUR}:[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]${HOUR}:[0-5]\\d)`;
const CLOCK = 'T(\\d+H(\\d+M(\\d+S)?)?|\\d+M(\\d+S)?|\\d+S)';
const DAYS = '(\\d+Y(\\d+M(\\d+D)?)?|\\d+M(\\d+D)?|\\d+D)';
const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Of 63 characters at most, and four of them with their dots of 253 (RFC 1035, 2.3.4). */
const LABEL = '[0-9A-Za-z]{1,20}(-[0-9A-Za-z]{1,20}){0,2}';
const HOST = `${LABEL}(\\.${LABEL}){0,3}`;
/** Two of them with their dot are no more than 64 characters (RFC 5321, 4.5.3.1.1). */
const NAME = '[0-9A-Za-z_+-]{1,30}';
const HEX = '[0-9A-Fa-f]';

export const STRING_FORMATS: Readonly<Record<string, string>> = {
  date: `^${DATE}$`,
  time: `^${TIME}$`,
  'date-time': `^${DATE}T${TIME}$`,
  duration: `^P(${DAYS}(${CLOCK})?|${CLOCK}|\\d+W)$`,
  email: `^${NAME}(\\.${NAME})?@(${LABEL}\\.){1,3}[A-Za-z]{2,20}$`,
  hostname: `^${HOST}$`,
  ipv4: `^${OCTET}(\\.${OCTET}){3}$`,
  ipv6: `^${HEX}{1,4}(:${HEX}{1,4}){7}$`,
  uri: `^https?://${HOST}(:[1-9]\\d{0,3})?(/[0-9A-Za-z._~-]*)*$`,
  uuid: `^${HEX}{8}(-${HEX}{4}){3}-${HEX}{12}$`,
};
