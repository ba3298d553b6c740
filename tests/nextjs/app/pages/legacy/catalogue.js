export default function Catalogue({ products }) {
  return <p>{products.length} products</p>;
}

export async function getStaticProps() {
  return { props: { products: [{ id: 1, fetchedWith: process.env.CATALOGUE_KEY }] } };
}
