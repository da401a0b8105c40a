(* The entropic loss.  proofs/entropic-loss.md *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From mathcomp Require Import ring zify.
From Equipartition.library Require Import inner_product derivatives matrices families learning.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* entropic-loss/no-second-order-potential (2): l = (u w x - y)^2, all derivatives explicit polynomials *)
Section NoPotential.
Variable R : realFieldType.
Variables (x y : R).
Let r u w := u * w * x - y.
(* the field V = 1/3 H^2 g + 1/12 T[g, g] of l as polynomials in u and w *)
Definition gu u w := 2 * r u w * x * w.
Definition gw u w := 2 * r u w * x * u.
Definition huu (u w : R) := 2 * x ^+ 2 * w ^+ 2.
Definition huw u w := 2 * x ^+ 2 * u * w + 2 * r u w * x.
Definition hww (u w : R) := 2 * x ^+ 2 * u ^+ 2.
(* (1) for this loss: (H G - G H)_uw / 6 = -(8/3) x^5 (u^4 - w^4) r, G = 8 r x^3 [[uw, s], [s, uw]] *)
Theorem no_potential u w : let s := u ^+ 2 + w ^+ 2 in let k := 8%:R * r u w * x ^+ 3 in
  let guu := k * (u * w) in let guw := k * s in
  1 / 6%:R * ((huu u w * guw + huw u w * guu) - (guu * huw u w + guw * hww u w))
   = - (8%:R / 3%:R) * x ^+ 5 * (u ^+ 4 - w ^+ 4) * r u w.
Proof. by rewrite /huu /huw /hww /=; field. Qed.
End NoPotential.

(* entropic-loss/minibatch: batches are the subsets of size B of 'I_N; the mean over them needs only *)
(* the numbers of batches that contain one sample, or two                                              *)
Section Minibatch.
Variables (R : realFieldType) (V : eucl R) (n : nat) (g : 'I_n -> V) (B : nat).
Hypotheses (n2 : (1 < n)%N) (B0 : (0 < B)%N) (Bn : (B <= n)%N).
Definition batches : {set {set 'I_n}} := [set b : {set 'I_n} | #|b| == B].
Definition mean (b : {set 'I_n}) : V := B%:R^-1 *: \sum_(z in b) g z.
Definition gbar : V := n%:R^-1 *: \sum_z g z.
Definition trCov : R := (\sum_z N (g z)) / n%:R - N gbar.
Let a z : V := g z - gbar.
Let E (f : {set 'I_n} -> R) : R := (\sum_(b in batches) f b) / #|batches|%:R.

Let n0 : n%:R != 0 :> R. Proof. by rewrite pnatr_eq0 -lt0n ltnW. Qed.
Let n1 : n.-1%:R != 0 :> R. Proof. by rewrite pnatr_eq0; case: n n2 => [|[]]. Qed.
Let B1 : B%:R != 0 :> R. Proof. by rewrite pnatr_eq0 -lt0n. Qed.

(* E[chi_z] = B / n and E[chi_z chi_y] = B (B - 1) / (n (n - 1)) over all batches *)
Let cc (D : {set 'I_n}) : \sum_(b in batches) (b \subset D)%:R = 'C(#|D|, B)%:R :> R.
Proof.
rewrite -natr_sum -cards_draws -sum1_card; congr _%:R.
rewrite big_mkcond [RHS]big_mkcond; apply: eq_bigr => b _; rewrite !inE.
by case: (b \subset D); case: (#|b| == B).
Qed.
Let sC1 (b : {set 'I_n}) z : (b \subset [set~ z]) = (z \notin b).
Proof. by rewrite subsetC sub1set inE. Qed.
Let cN : #|batches|%:R != 0 :> R.
Proof. by rewrite card_draws card_ord pnatr_eq0 -lt0n bin_gt0. Qed.
Let c0 : #|batches| = 'C(n, B). Proof. by rewrite card_draws card_ord. Qed.
Let c1 : n%:R * 'C(n.-1, B)%:R = (n%:R - B%:R) * 'C(n, B)%:R :> R.
Proof. by rewrite -natrM mul_bin_down natrM natrB. Qed.
Let c2 : n.-1%:R * 'C(n.-2, B)%:R = (n.-1%:R - B%:R) * 'C(n.-1, B)%:R :> R.
Proof.
rewrite -natrM mul_bin_down natrM; have [h|h] := leqP B n.-1; first by rewrite natrB.
by rewrite bin_small // !mulr0.
Qed.
Let notin z : \sum_(b in batches) (z \notin b)%:R = 'C(n.-1, B)%:R :> R.
Proof.
rewrite (eq_bigr (fun b : {set 'I_n} => (b \subset [set~ z])%:R)) => [|b _]; last by rewrite sC1.
by rewrite cc cardsC1 card_ord.
Qed.
Let one z : E (fun b => (z \in b)%:R) = B%:R / n%:R.
Proof.
rewrite /E (eq_bigr (fun b : {set 'I_n} => 1 - (z \notin b)%:R)) => [|b _]; last first.
  by case: (z \in b); rewrite ?subr0 ?subrr.
rewrite sumrB notin sumr_const; move: cN; rewrite c0 => cn.
have -> : 'C(n.-1, B)%:R = (n%:R - B%:R) * 'C(n, B)%:R / n%:R :> R by rewrite -c1 mulrC mulKf.
by move: n0 cn; move: (n%:R : R) ('C(n, B)%:R : R) (B%:R : R) => m c b m0 cn; field; rewrite m0 cn.
Qed.
Let two z y : z != y -> E (fun b => ((z \in b) && (y \in b))%:R) = (B * B.-1)%:R / (n * n.-1)%:R.
Proof.
move=> zy; rewrite /E (eq_bigr (fun b : {set 'I_n} => 1 - (z \notin b)%:R - (y \notin b)%:R
  + (b \subset [set~ z] :&: [set~ y])%:R)) => [|b _]; last first.
  rewrite subsetI !sC1; case: (z \in b); case: (y \in b); rewrite /= ?subr0 ?addr0 ?subrr //.
  by rewrite sub0r addNr.
rewrite big_split !sumrB /= !notin sumr_const cc.
have -> : #|[set~ z] :&: [set~ y]| = n.-2.
  by rewrite -setCU cardsCs setCK cards2 zy card_ord subn2.
move: cN; rewrite c0 => cn.
have e2 : 'C(n.-2, B)%:R = (n.-1%:R - B%:R) * 'C(n.-1, B)%:R / n.-1%:R :> R by rewrite -c2 mulrC mulKf.
have e1 : 'C(n.-1, B)%:R = (n%:R - B%:R) * 'C(n, B)%:R / n%:R :> R by rewrite -c1 mulrC mulKf.
have nS : n%:R = n.-1%:R + 1 :> R by rewrite -{1}(prednK (ltnW n2)) -addn1 natrD.
have BS : B.-1%:R = B%:R - 1 :> R by rewrite -[in RHS](prednK B0) -addn1 natrD addrK.
rewrite e2 e1 !natrM BS; move: n0 n1 cn; rewrite nS.
by move: (n.-1%:R : R) ('C(n, B)%:R : R) (B%:R : R) => m c b m1 m0 cn; field; rewrite m0 m1 cn.
Qed.
Let a0 : \sum_z a z = 0.
Proof.
rewrite sumrB sumr_const card_ord /gbar -scaler_nat scalerA divff //.
by rewrite scale1r subrr.
Qed.
Let cov : \sum_z N (a z) = n%:R * trCov.
Proof.
have e z : N (a z) = N (g z) - 2 * <<g z, gbar>> + N gbar by rewrite NB.
rewrite (eq_bigr _ (fun z _ => e z)) big_split sumrB /= -mulr_sumr -ip_suml sumr_const card_ord.
have -> : \sum_z g z = n%:R *: gbar by rewrite /gbar scalerA divff // scale1r.
by rewrite ipZl /trCov -mulr_natl; move: (N gbar) (\sum_z N (g z)) => s t; field.
Qed.

(* E_B|g_B|^2 = |grad L|^2 + (N - B) / (B (N - 1)) tr Cov(g) *)
Theorem minibatch : E (fun b => N (mean b)) =
  N gbar + (n%:R - B%:R) / (B%:R * n.-1%:R) * trCov.
Proof.
pose chi (b : {set 'I_n}) z : R := (z \in b)%:R.
have cardb b : b \in batches -> \sum_z chi b z = B%:R.
  by rewrite inE => /eqP <-; rewrite -natr_sum; congr _%:R; rewrite -sum1_card [RHS]big_mkcond.
have meanE b : b \in batches -> mean b = gbar + B%:R^-1 *: \sum_z chi b z *: a z.
  move=> hb; have -> : \sum_z chi b z *: a z = \sum_(z in b) g z - B%:R *: gbar.
    rewrite -(cardb _ hb) scaler_suml [in RHS]big_mkcond -sumrB; apply: eq_bigr => z _.
    by rewrite scalerBr /chi; case: (z \in b); rewrite ?scale1r ?scale0r.
  by rewrite scalerBr scalerA mulVf // scale1r addrC subrK.
have E_sum (I : finType) (f : I -> {set 'I_n} -> R) : E (fun b => \sum_i f i b) = \sum_i E (f i).
  by rewrite /E exchange_big /= mulr_suml.
have E_mul c f : E (fun b => c * f b) = c * E f by rewrite /E -mulr_sumr mulrA.
have E_ext f h : (forall b, b \in batches -> f b = h b) -> E f = E h.
  by move=> fh; rewrite /E; congr (_ / _); apply: eq_bigr.
have E_cst c : E (fun=> c) = c by rewrite /E sumr_const -[c *+ _]mulr_natl mulrAC divff // mul1r.
have E_add f h : E (fun b => f b + h b) = E f + E h by rewrite /E big_split /= mulrDl.
have cross : E (fun b => <<gbar, \sum_z chi b z *: a z>>) = 0.
  rewrite (E_ext _ (fun b => \sum_z <<gbar, a z>> * chi b z)) => [|b _]; last first.
    by rewrite ip_sumr; apply: eq_bigr => z _; rewrite ipZr mulrC.
  rewrite E_sum (eq_bigr (fun z => <<gbar, a z>> * (B%:R / n%:R))) => [|z _]; last by rewrite E_mul one.
  by rewrite -mulr_suml -ip_sumr a0 ip0r mul0r.
pose w : R := (B * B.-1)%:R / (n * n.-1)%:R.
have quad : E (fun b => N (\sum_z chi b z *: a z)) = (B%:R / n%:R - w) * \sum_z N (a z).
  rewrite (E_ext _ (fun b => \sum_z \sum_y <<a z, a y>> * (chi b z * chi b y))) => [|b _]; last first.
    rewrite ip_suml; apply: eq_bigr => z _; rewrite ip_sumr; apply: eq_bigr => y _.
    by rewrite ipZl ipZr; ring.
  rewrite E_sum (eq_bigr (fun z => \sum_y <<a z, a y>> * w + (B%:R / n%:R - w) * N (a z))).
    by rewrite big_split -mulr_sumr /= big1 ?add0r // => z _; rewrite -mulr_suml -ip_sumr a0 ip0r mul0r.
  move=> z _; rewrite E_sum (bigD1 z) //= [in RHS](bigD1 z) //= E_mul.
  rewrite (E_ext _ (fun b => (z \in b)%:R)) => [|b _]; last first.
    by rewrite /chi -natrM mulnb andbb.
  rewrite one (eq_bigr (fun y => <<a z, a y>> * w)) => [|y yz].
    by move: (N (a z)) (\sum_(i | i != z) _) => s t; ring.
  rewrite E_mul; congr (_ * _); rewrite eq_sym in yz; rewrite /w -(two yz).
  by apply: E_ext => b _; rewrite /chi -natrM mulnb.
rewrite (E_ext _ (fun b => N gbar + (2 / B%:R) * <<gbar, \sum_z chi b z *: a z>>
   + B%:R ^- 2 * N (\sum_z chi b z *: a z))) => [|b hb]; last first.
  rewrite meanE //; move: (\sum_z chi b z *: a z) => X; rewrite ND (NZ _ X) (ipZr _ gbar X) -(exprVn B%:R).
  by move: (N gbar) <<gbar, X>> (N X) (B%:R^-1 : R) => s t u c; ring.
rewrite !E_add E_cst !E_mul cross quad cov mulr0 addr0 /w !natrM.
have nS : n%:R = n.-1%:R + 1 :> R by rewrite -{1}(prednK (ltnW n2)) -addn1 natrD.
have BS : B.-1%:R = B%:R - 1 :> R by rewrite -[in RHS](prednK B0) -addn1 natrD addrK.
move: n0 n1 B1; rewrite BS nS; move: trCov (N gbar) (B%:R : R) (n.-1%:R : R) => c s b m m1 m0 b0.
by field; rewrite b0 m0 m1.
Qed.
End Minibatch.

(* entropic-loss/epoch-mean, the second-order core: M i j = H_i g_j. Over all orders s of the samples, the *)
(* sum over the pairs in which j comes before i is on average half of the sum over all pairs i <> j.       *)
Section EpochMean.
Variables (V : zmodType) (n : nat) (M : 'I_n -> 'I_n -> V).
Let rev : {perm 'I_n} := perm (@rev_ord_inj n).
Let total (s : {perm 'I_n}) : \sum_i \sum_(j | j != i) M (s i) (s j) = \sum_i \sum_(j | j != i) M i j.
Proof.
rewrite [RHS](reindex_inj (perm_inj (s := s))) /=; apply: eq_bigr => i _.
by rewrite [RHS](reindex_inj (perm_inj (s := s))) /=; apply: eq_bigl => j; rewrite (inj_eq perm_inj).
Qed.
Theorem epoch_mean_order : (\sum_(s : {perm 'I_n}) \sum_(i < n) \sum_(j < n | (j < i)%N) M (s i) (s j)) *+ 2
  = (\sum_i \sum_(j | j != i) M i j) *+ n`!.
Proof.
pose S := \sum_(s : {perm 'I_n}) \sum_(i < n) \sum_(j < n | (j < i)%N) M (s i) (s j).
have e : S = \sum_(s : {perm 'I_n}) \sum_(i < n) \sum_(j < n | (i < j)%N) M (s i) (s j).
  rewrite /S (reindex_inj (mulgI rev)) /=; apply: eq_bigr => s _.
  rewrite (reindex_inj (@rev_ord_inj n)) /=; apply: eq_bigr => i _.
  rewrite (reindex_inj (@rev_ord_inj n)) /=; apply: eq_big => j.
    by have := ltn_ord i; have := ltn_ord j; rewrite /=; lia.
  by rewrite !permM !permE !rev_ordK.
rewrite mulr2n -/S {2}e /S -big_split /= -card_Sn -sumr_const.
apply: eq_big => [s|s _]; first by rewrite inE.
rewrite -(total s) -big_split; apply: eq_bigr => i _ /=.
rewrite [RHS](bigID (fun j : 'I_n => (j < i)%N)) /=; congr (_ + _); apply: eq_bigl => j.
  by rewrite neq_ltn andb_orl andbC; case: ltngtP.
by rewrite neq_ltn; case: ltngtP.
Qed.
End EpochMean.
