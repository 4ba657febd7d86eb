const Reports = () => <p>Nobody sees these who is not signed in.</p>;
export default Reports;
