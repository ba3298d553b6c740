export default function Missing() {
  return <h2>Nothing here</h2>;
}
