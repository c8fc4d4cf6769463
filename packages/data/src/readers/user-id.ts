const thousands = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

/**
 * A letter and a generated user's number in at least six digits. Put together from a table: turning ever new numbers into strings
 * fills the cache that V8 keeps of them, and with it memory.
 */
export function userId(letter: string, user: number): string {
  const millions = Math.floor(user / 1e6);
  const rest = thousands[Math.floor(user / 1000) % 1000]! + thousands[user % 1000]!;
  return millions === 0 ? letter + rest : `${letter}${millions}${rest}`;
}
