export default function Archive({ title }) {
  return <h2>{title}</h2>;
}
