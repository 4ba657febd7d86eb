/** Owns saying how many: `1 row`, `2 rows`. */

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
