import Counter from "../../../components/counter";

export default function Pricing() {
  return (
    <section>
      <h2>Prices</h2>
      <Counter />
    </section>
  );
}
