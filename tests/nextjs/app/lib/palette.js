export const colours = ["#1b9e77", "#d95f02", "#7570b3"];

export function paint() {
  // a chunk of a chunk
  return fetch("https://api.example.com/paint", {
    method: "POST",
    headers: { Authorization: "Bearer " + process.env["NEXT_PUBLIC_PAINT_TOKEN"] },
    body: JSON.stringify(colours),
  });
}
