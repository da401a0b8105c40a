(* The balance laws: each theorem proves the statement of its name in statements/balance.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning blocks.
From Equipartition.statements Require Import balance.
From Equipartition.lemmas Require balance scalings.
Module L := Equipartition.lemmas.balance.
Module S := Equipartition.lemmas.scalings.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Theorem balance_master : balance_master_statement.
Proof. by move=> R V Z p l g K Ks A At Lam x GF gamma fam gr sym rt; apply: (L.balance_master fam gr sym rt). Qed.

Theorem balance_approximate : balance_approximate_statement.
Proof.
move=> R V Z p l g K Ks A At Lam x GF gamma fam gr sym rt FG imbalance.
by split; [exact: (L.balance_approximate fam gr sym rt FG) | exact: (L.balance_approximate_eq fam gr sym rt FG)].
Qed.

Theorem balance_neuron : balance_neuron_statement.
Proof.
move=> R m q T Z p V l g x eta gamma phi k w u gr e0 hom seen.
by split; [exact: (L.balance_neuron_offshell gr e0 hom seen) | exact: (L.balance_neuron gr e0 hom seen)].
Qed.

(* Layers *)
Section Layer.
Variables (R : realFieldType) (w : nat -> nat) (D : nat) (T V : eucl R) (P : blocks V (layers w (D := D) T)).
Variables (Z : finType) (p : Z -> R) (l : Z -> V -> R) (g : Z -> V -> V) (x : V) (eta gamma : R).
Hypotheses (gr : differentiable l g x) (e0 : eta != 0).
Notation wj j := (widen_ord (leqnSn D) j).
Notation exc b := (S.excess P p g x eta gamma b).

Lemma lift_widen (j : 'I_D) : lift ord0 j != wj j.
Proof. by rewrite -val_eqE /= neq_ltn ltnSn orbT. Qed.

Lemma adjacent (phi : R -> R) (k : nat) (j : 'I_D) : homogeneous phi k -> seen_through P l phi j ->
  grad (plain p l g eta gamma) x 0 ->
  exc (inl (inl (wj j))) + exc (inl (inr (wj j))) - k%:R * exc (inl (inl (lift ord0 j))) = 0.
Proof.
move=> hom seen G0.
pose d (b : 'I_D.+1 + 'I_D.+1 + unit) : int := if b == inl (inl (wj j)) then 1 else
  if b == inl (inr (wj j)) then 1 else if b == inl (inl (lift ord0 j)) then - k%:Z else 0.
have ne : inl (inl (lift ord0 j)) != inl (inl (wj j)) :> 'I_D.+1 + 'I_D.+1 + unit.
  by apply: contra (lift_widen j) => /eqP[h]; apply/eqP/ord_inj.
have sym : symmetric l (scale P d) x.
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  apply: seen => [b b1 b2 b3|i].
    by rewrite part_join /d (negPf b1) (negPf b2) (negPf b3) expr0z scale1r.
  rewrite /two_layers /weight /bias !part_join /d !eqxx /= (negPf ne) /=.
  set y := x + v; set W1 := part P (inl (inl (wj j))) y; set b1 := part P (inl (inr (wj j))) y; set W2 := part P (inl (inl (lift ord0 j))) y.
  rewrite expr1z.
  have -> : ((1 + t) *: (W1 : mx_eucl R _ _) : 'M_(w j.+1, w j)) *m i + ((1 + t) *: (b1 : mx_eucl R _ _) : 'cV_(w j.+1))
     = (1 + t) *: ((W1 : 'M_(w j.+1, w j)) *m i + (b1 : 'cV_(w j.+1))).
    by rewrite scalerDr -scalemxAl.
  have -> u : map_mx phi ((1 + t) *: u) = (1 + t) ^+ k *: map_mx phi u :> 'cV_(w j.+1).
    by apply/matrixP => a b; rewrite !mxE hom.
  rewrite -exprnN -scalemxAr.
  transitivity ((1 + t) ^+ k *: ((1 + t) ^- k *: ((W2 : 'M_(w j.+2, w j.+1)) *m map_mx phi ((W1 : 'M_(w j.+1, w j)) *m i + (b1 : 'cV_(w j.+1)))))).
    by rewrite -scalemxAl.
  by rewrite scalerA mulfV ?scale1r // expf_neq0 // lt0r_neq0.
have := S.scaling_stationary gr e0 sym G0.
rewrite (bigD1 (inl (inl (wj j)))) //= (bigD1 (inl (inr (wj j)))) //= (bigD1 (inl (inl (lift ord0 j)))) ?ne //=.
rewrite big1 => [|b /andP[/andP[b1 b2] b3]]; last by rewrite /d (negPf b1) (negPf b2) (negPf b3) mul0r.
rewrite /d !eqxx (negPf ne) /= addr0 mulr1z !mul1r mulrNz mulNr addrA => <-.
by [].
Qed.
End Layer.

Theorem balance_layer : balance_layer_statement.
Proof.
move=> R w D T V P Z p l g x eta gamma phi k a m gr e0 am hyp G0.
pose ew j := S.excess P p g x eta gamma (inl (inl j)); pose eb j := S.excess P p g x eta gamma (inl (inr j)).
suff H n : (a + n <= D)%N -> ew a + \sum_(j < D.+1 | (a <= j < a + n)%N) k%:R ^+ (j - a) * eb j
     - k%:R ^+ n * ew (inord (a + n)) = 0 \/ (m < a + n)%N.
  have [||h] := H (m - a)%N; first by rewrite subnKC ?(ltnW am) // -ltnS ltn_ord.
  - rewrite subnKC ?(ltnW am) // inord_val => h; apply/eqP; rewrite -subr_eq0; apply/eqP; rewrite -[RHS]h.
    rewrite /ew /eb /S.excess -/(weight P a x) -/(weight P m x).
    have -> : \sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) *
        (\sum_z p z * N (part P (inl (inr j)) (g z x)) - 4%:R * gamma / eta * N (part P (inl (inr j)) x))
      = \sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) * (\sum_z p z * N (bias P j (g z x)))
        - 4%:R * gamma / eta * (\sum_(j < D.+1 | (a <= j < m)%N) k%:R ^+ (j - a) * N (bias P j x)).
      rewrite mulr_sumr -sumrB; apply: eq_bigr => j _; rewrite /bias.
      by move: (\sum_z _) (N _) => s t; ring.
    move: (\sum_z _) (N (weight P a x)) (\sum_(j < _ | _) _) (\sum_(j < _ | _) _) (\sum_z _) (N (weight P m x)) => *; ring.
  - by move: h; rewrite subnKC ?(ltnW am) // ltnn.
elim: n => [_|n IH].
  left; rewrite addn0 inord_val expr0 mul1r big1 ?addr0 ?subrr // => j /andP[h1 h2].
  by move: (leq_trans h2 h1); rewrite ltnn.
rewrite addnS => h; have [nm|mn] := ltnP (a + n) m; last by right; rewrite ltnS.
have [e|] := IH (ltnW h); last by rewrite ltnNge (ltnW nm).
left; pose j := Ordinal h; have hD : (a + n < D.+1)%N by apply: ltnW h.
have [hom seen] : homogeneous (phi j) k /\ seen_through P l (phi j) j by apply: hyp; rewrite /= leq_addr.
have := adjacent gr e0 hom seen G0.
have -> : widen_ord (leqnSn D) j = inord (a + n) by apply: ord_inj; rewrite inordK.
have -> : lift ord0 j = inord (a + n).+1 by apply: ord_inj; rewrite inordK.
rewrite -/(ew _) -/(ew _) -/(eb _) => e1.
rewrite (bigD1 (inord (a + n) : 'I_D.+1)) /=; last by rewrite inordK // leq_addr leqnn.
rewrite (eq_bigl (fun j : 'I_D.+1 => (a <= j < a + n)%N)) => [|i]; last first.
  rewrite ltnS -val_eqE /= inordK // [(i < a + n)%N]ltn_neqAle.
  by case: (a <= i)%N => //=; rewrite andbC.
rewrite inordK // addKn exprS.
move: e e1; set s := \sum_(_ < _ | _) _; move: (ew a) (ew (inord (a + n))) (eb _) (ew (inord (a + n).+1)) s => A B C E s e e1.
have -> : A + (k%:R ^+ n * C + s) - k%:R * k%:R ^+ n * E = (A + s - k%:R ^+ n * B) + k%:R ^+ n * (B + C - k%:R * E) by ring.
by rewrite e e1 mulr0 addr0.
Qed.

Theorem balance_equipartition : balance_equipartition_statement.
Proof.
move=> R w D T V P Z p l g x eta phi gr e0 hom seen G0.
pose ex j := S.excess P p g x eta 0 (inl j).
have exE j : ex j = \sum_z p z * N (plain_weight P j (g z x)).
  by rewrite /ex /S.excess mulr0 mul0r mul0r subr0.
suff step (j : 'I_D) : ex (widen_ord (leqnSn D) j) = ex (lift ord0 j).
  suff H n (h : (n < D.+1)%N) : ex (Ordinal h) = ex ord0.
    move=> i j; rewrite -!exE; case: i j => i hi [j hj]; by rewrite (H i) (H j).
  elim: n h => [|n IH] h; first by congr ex; apply: ord_inj.
  have hn : (n < D)%N by rewrite -ltnS.
  have -> : Ordinal h = lift ord0 (Ordinal hn) by apply: ord_inj.
  rewrite -step -(IH (ltnW h)); congr ex; exact: ord_inj.
set wj := widen_ord _ j.
have ne : inl (lift ord0 j) != inl wj :> 'I_D.+1 + unit.
  by apply: contra (lift_widen j) => /eqP[h]; apply/eqP/ord_inj.
pose d (b : 'I_D.+1 + unit) : int := if b == inl wj then 1 else if b == inl (lift ord0 j) then - 1 else 0.
have sym : symmetric l (scale P d) x.
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  apply: (seen j) => [b b1 b2|i].
    by rewrite part_join /d (negPf b1) (negPf b2) expr0z scale1r.
  rewrite /plain_weight !part_join /d !eqxx /= (negPf ne) /=.
  set y := x + v; set W1 := part P (inl wj) y; set W2 := part P (inl (lift ord0 j)) y.
  rewrite expr1z.
  have -> : ((1 + t) *: (W1 : mx_eucl R _ _) : 'M_(w j.+1, w j)) *m i = (1 + t) *: ((W1 : 'M_(w j.+1, w j)) *m i).
    by rewrite -scalemxAl.
  have -> u : map_mx (phi j) ((1 + t) *: u) = (1 + t) *: map_mx (phi j) u :> 'cV_(w j.+1).
    by apply/matrixP => a b; rewrite !mxE hom.
  rewrite -scalemxAr.
  transitivity ((1 + t) *: ((1 + t)^-1 *: ((W2 : 'M_(w j.+2, w j.+1)) *m map_mx (phi j) ((W1 : 'M_(w j.+1, w j)) *m i)))).
    by rewrite -scalemxAl.
  by rewrite scalerA mulfV ?scale1r // lt0r_neq0.
have := S.scaling_stationary gr e0 sym G0.
rewrite (bigD1 (inl wj)) //= (bigD1 (inl (lift ord0 j))) ?ne //=.
rewrite big1 => [|b /andP[b1 b2]]; last by rewrite /d (negPf b1) (negPf b2) mul0r.
by rewrite /d !eqxx (negPf ne) /= addr0 mulr1z mul1r mulrNz mulr1z mulN1r => /eqP; rewrite subr_eq0 => /eqP.
Qed.

(* Matrices *)
Theorem balance_matrix : balance_matrix_statement.
Proof.
move=> R m r q T Z p l g x eta gamma gr e0 through.
by split; [exact: (L.balance_matrix_offshell gr e0 through) | exact: (L.balance_matrix gr e0 through)].
Qed.

Theorem balance_scale_invariant : balance_scale_invariant_statement.
Proof.
move=> R W T Z p l g x eta gamma gr e0 inv.
pose sp (b : bool) : eucl R := if b then W else T.
pose pt b : pair_eucl W T -> sp b := if b is true then fst else snd.
pose jn (v : forall b, sp b) : pair_eucl W T := (v true, v false).
have pa b (y y' : pair_eucl W T) : pt b (y + y') = pt b y + pt b y' by case: b.
have ps b a (y : pair_eucl W T) : pt b (a *: y) = a *: pt b y by case: b.
have pj v b : pt b (jn v) = v b by case: b.
have pi (y y' : pair_eucl W T) : <<y, y'>> = \sum_b <<pt b y, pt b y'>> by rewrite big_bool.
pose P := Blocks pa ps pj pi; pose d b : int := if b then 1 else 0.
have sym : symmetric l (scale P d) x.
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  by rewrite -[RHS](inv z _ _ t0); congr (l z (_, _)); rewrite /= ?expr1z // scale1r.
split=> [GF FG|G0].
  have := S.scaling_law gr e0 sym FG; rewrite !big_bool /= !mul0r !addr0 mulr1z !mul1r => ->.
  by [].
have := S.scaling_stationary gr e0 sym G0; rewrite big_bool /= mul0r addr0 mulr1z mul1r.
by move/eqP; rewrite subr_eq0 => /eqP.
Qed.

Theorem balance_representation : balance_representation_statement.
Proof.
move=> R m r q T Z p X out l g x delta eta gr e0 lE dout G0 h gh.
have through z (y y' : triple (mx_eucl R r q) (mx_eucl R m r) T) : y.2 = y'.2 ->
    y.1.2 *m y.1.1 = y'.1.2 *m y'.1.1 -> l z y = l z y'.
  by move=> e2 e; rewrite !lE e2 !mulmxA e.
have gz z := near_here gr z.
pose o z : mx_eucl R m 1 := x.1.2 *m (x.1.1 *m X z x.2).
have gE z (v : triple (mx_eucl R r q) (mx_eucl R m r) T) : v.2 = 0 -> forall D : mx_eucl R m 1,
    vel (V := mx_eucl R m 1) (fun t => (x.1.2 + t *: v.1.2) *m ((x.1.1 + t *: v.1.1) *m X z x.2)) D ->
    <<g z x, v>> = <<delta z, D>>.
  move=> v2 D cD; pose c t := x + t *: v; have c0 : c 0 = x by rewrite /c scale0r addr0.
  have g1 : grad (l z) (c 0) (g z x) by rewrite c0.
  have d1 : grad (out z x.2) ((x.1.2 + 0 *: v.1.2) *m ((x.1.1 + 0 *: v.1.1) *m X z x.2)) (delta z).
    by rewrite !scale0r !addr0; apply: dout.
  apply: deriv_uniq (chain g1 (vel_line x v)) _.
  apply: deriv_ext (chain d1 cD); apply: smallT => t.
  by rewrite lE /= v2 scaler0 addr0.
have gW z : (g z x).1.1 = gh z *m (X z x.2)^T.
  apply: (@ip_inj R (mx_eucl R r q)) => Y; pose v : triple (mx_eucl R r q) (mx_eucl R m r) T := ((Y, 0), 0).
  have := gE z v erefl (x.1.2 *m (Y *m X z x.2)); rewrite !pairE /= !ip0r !addr0 => ->.
    by rewrite ip_mulr trmxK /gh ip_mull trmxK.
  have := vel_line (V := mx_eucl R m 1) (o z) (x.1.2 *m (Y *m X z x.2)).
  apply: vel_ext; apply: smallT => t; rewrite scaler0 addr0 mulmxDl mulmxDr -scalemxAl -scalemxAr.
  by [].
have gU z : (g z x).1.2 = delta z *m (h z)^T.
  apply: (@ip_inj R (mx_eucl R m r)) => Y; pose v : triple (mx_eucl R r q) (mx_eucl R m r) T := ((0, Y), 0).
  have := gE z v erefl (Y *m h z); rewrite !pairE /= !ip0r addr0 add0r => ->.
    by rewrite ip_mulr trmxK.
  have := vel_line (V := mx_eucl R m 1) (o z) (Y *m h z).
  apply: vel_ext; apply: smallT => t; rewrite scaler0 addr0 mulmxDl -scalemxAl.
  by [].
apply: (L.balance_representation (gh := gh) (x := fun z => X z x.2)).
have := L.balance_matrix gr e0 through G0; rewrite mulr0 mul0r scale0r => e.
rewrite -[RHS]e; apply: eq_bigr => z _; rewrite -gW -gU; reflexivity.
Qed.

Lemma quadratic_entry (R : comRingType) (w G b e s : R) :
  w * (G * (b * (e * s * G)) + G * (e * s * (b * G))) = 2 * e * (b * s) * (w * G ^+ 2).
Proof. by ring. Qed.

Theorem balance_preconditioned : balance_preconditioned_statement.
Proof.
split=> [R V Z p l g K Ks A At Lam x gamma fam gr sym rt G0|].
  have := L.balance_master fam gr sym rt G0; rewrite ip0r => /esym/eqP.
  rewrite subr_eq0 => /eqP; set s := \sum_z _ => e.
  have -> : s = 4%:R * (1 / 4%:R * s) by field.
  by rewrite -e; ring.
move=> R n Z p l g K Ks a v x eta gamma fam gr sym e0 vE v0 G0.
have s0 i : Num.sqrt (v i) != 0 by rewrite gt_eqF // sqrtr_gt0.
pose Lam (y : mx_eucl R n 1) : mx_eucl R n 1 := \col_i (eta / Num.sqrt (v i) * y i 0).
have ipE (y y' : mx_eucl R n 1) : <<y, y'>> = \sum_i y i 0 * y' i 0.
  by rewrite /ip /= frobE big_ord1.
have rt : rates Lam.
  split=> [y y'|y y'|].
  - by apply/matrixP => i j; rewrite !mxE mulrDr.
  - rewrite !ipE; apply: eq_bigr => i _; rewrite !mxE.
    by move: (y i 0) (y' i 0) ((Num.sqrt (v i))^-1) => s s' b; ring.
  exists (\sum_i (eta / Num.sqrt (v i)) ^+ 2) => [|y]; first by apply: sumr_ge0 => i _; apply: sqr_ge0.
  rewrite !ipE mulr_suml; apply: ler_sum => i _; rewrite !mxE.
  have -> : eta / Num.sqrt (v i) * y i 0 * (eta / Num.sqrt (v i) * y i 0) = (eta / Num.sqrt (v i)) ^+ 2 * (y i 0 * y i 0) by ring.
  apply: ler_wpmul2l; first exact: sqr_ge0.
  rewrite (bigD1 i) //= ler_addl; apply: sumr_ge0 => k _; rewrite -expr2; exact: sqr_ge0.
have := L.balance_master fam gr sym rt G0; rewrite ip0r => /esym/eqP.
rewrite subr_eq0 => /eqP.
have -> : \sum_z p z * (<<g z x, \col_i (a i * Lam (g z x) i 0)>> + <<g z x, Lam (\col_i (a i * g z x i 0))>>)
  = 2 * eta * \sum_i a i * Num.sqrt (v i).
  rewrite (eq_bigr (fun z => \sum_i (2 * eta * (a i / Num.sqrt (v i))) * (p z * g z x i 0 ^+ 2))) => [|z _].
    rewrite exchange_big mulr_sumr /=; apply: eq_bigr => i _; rewrite -mulr_sumr -vE.
    rewrite -[X in _ * X](sqr_sqrtr (ltW (v0 i))); move: (Num.sqrt _) (s0 i) => s sn; by field.
  rewrite !ipE -big_split mulr_sumr; apply: eq_bigr => i _; rewrite !mxE.
  exact: quadratic_entry.
have -> : <<x, \col_i (a i * x i 0)>> + <<x, \col_i (a i * x i 0)>> = 2 * \sum_i a i * x i 0 ^+ 2.
  rewrite ipE (eq_bigr (fun i => a i * x i 0 ^+ 2)) => [|i _]; last first.
    by rewrite mxE; move: (x i 0) (a i) => s b; ring.
  by move: (\sum_i _) => s; ring.
move: (\sum_i a i * Num.sqrt _) (\sum_i a i * x i 0 ^+ 2) => s t e.
have -> : s = 2 / eta * (1 / 4%:R * (2 * eta * s)) by field.
by rewrite -e; field.
Qed.

Theorem balance_stationary_point : balance_stationary_point_statement.
Proof.
split; last exact: balance_matrix.
move=> R m q T Z p l g x eta gamma phi k gr e0 hom seen G0.
have := L.balance_neuron gr e0 hom seen G0 => /eqP; rewrite subr_eq => /eqP ->.
by ring.
Qed.

(* Attention *)
Section Heads.
Variables (R : realFieldType) (H m r : nat).
Lemma head_scale h a (U : 'M[R]_(H * m, r)) : head h (a *: U) = a *: head h U.
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.
Lemma head_mul h q (U : 'M[R]_(H * m, r)) (W : 'M_(r, q)) : head h (U *m W) = head h U *m W.
Proof. by apply/matrixP => i j; rewrite !mxE; apply: eq_bigr => k _; rewrite !mxE. Qed.
Lemma head_inj (U U' : 'M[R]_(H * m, r)) : (forall h, head h U = head h U') -> U = U'.
Proof.
move=> e; apply/matrixP => i j; case/mxvec_indexP: i => h i.
by have /matrixP/(_ i j) := e h; rewrite !mxE.
Qed.
Lemma N_row n q (X : 'M[R]_(n, q)) : N X = \sum_i N (row i X).
Proof.
rewrite /ip /= frobE exchange_big; apply: eq_bigr => i _.
by rewrite frobE; apply: eq_bigr => j _; rewrite big_ord1 !mxE.
Qed.
Lemma N_heads (U : 'M[R]_(H * m, r)) : N U = \sum_h N (head h U).
Proof.
rewrite N_row (reindex _ (curry_mxvec_bij H m)) /=.
rewrite (eq_bigr (fun s : 'I_H * 'I_m => N (row (mxvec_index s.1 s.2) U))) => [|[h i] _] //.
rewrite -(pair_bigA _ (fun h i => N (row (mxvec_index h i) U))) /=.
apply: eq_bigr => h _; rewrite N_row; apply: eq_bigr => i _.
have -> // : row (mxvec_index h i) U = row i (head h U).
by apply/matrixP => a b; rewrite !mxE.
Qed.
End Heads.

Lemma ext_mul (R : realFieldType) n q (A B : 'M[R]_(n, q)) : (forall X : 'cV_q, A *m X = B *m X) -> A = B.
Proof. by move=> e; apply/matrixP => i j; have /matrixP/(_ i 0) := e (delta_mx j 0); rewrite -!colE !mxE. Qed.

Theorem balance_attention_values : balance_attention_values_statement.
Proof.
move=> R H m r q T Z p l g x eta gamma gr e0 seen; apply: balance_matrix => // z y y' e2 e.
by apply: seen => // h X; rewrite !mulmxA -!head_mul e.
Qed.

Theorem balance_attention_keys : balance_attention_keys_statement.
Proof.
move=> R H m r q T Z p l g x eta gamma gr e0 seen; apply: balance_matrix => // z y y' e2 e.
apply: seen => // h X X'; rewrite !ip_mull !trmxK !mulmxA -!head_mul e.
by [].
Qed.

(* two blocks with opposite exponents *)
Lemma opposite (R : realFieldType) (W U T : eucl R) (Z : finType) (p : Z -> R) (l : Z -> triple W U T -> R) g
    (x : triple W U T) (eta gamma : R) (n1 : W -> R) (n2 : U -> R) :
  differentiable l g x -> eta != 0 -> (forall y, n1 y = N y) -> (forall y, n2 y = N y) ->
  (forall z a (y : triple W U T), 0 < a -> l z ((a *: y.1.1, a^-1 *: y.1.2), y.2) = l z y) ->
  opposite_law p l g x eta gamma n1 n2.
Proof.
move=> gr e0 e1 e2 inv.
have sym : L.scaling_symmetry l x 1 (- 1).
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  by rewrite -[RHS](inv z _ _ t0); congr (l z (_, _, _)).
have sE : \sum_z p z * n1 (g z x).1.1 - \sum_z p z * n2 (g z x).1.2
   = \sum_z p z * (N (g z x).1.1 - N (g z x).1.2).
  by rewrite -sumrB; apply: eq_bigr => z _; rewrite e1 e2 mulrBr.
split=> [GF FG|G0]; rewrite sE e1 e2.
  have := L.block_law gr e0 sym FG; rewrite mulrNz mulr1z !mul1r !mulN1r => ->.
  by congr (_ * (_ - _)); apply: eq_bigr => z _; rewrite mul1r mulN1r.
have := L.block_stationary gr e0 sym G0; rewrite mulrNz mulr1z !mul1r !mulN1r => <-.
by apply: eq_bigr => z _; rewrite mul1r mulN1r.
Qed.

Theorem balance_grouped_queries : balance_grouped_queries_statement.
Proof.
split=> [R H d q q' T Z p l g x eta gamma gr e0 seen|R H m d q T Z p l g x eta gamma gr e0 seen];
  apply: opposite => // [y|z a y a0]; rewrite -?N_heads //; apply: seen => //.
  move=> h M X X' /=; rewrite head_scale -!scalemxAl -!scalemxAr ipZl ipZr mulrA mulVf ?mul1r //.
  exact: lt0r_neq0.
by move=> h X /=; rewrite head_scale -!scalemxAl -!scalemxAr scalerA mulVf ?scale1r // lt0r_neq0.
Qed.

Theorem balance_rotary : balance_rotary_statement.
Proof.
move=> R H q q' T Z p l g x eta gamma gr e0 seen.
have two n (X : 'M[R]_(2, n)) : N (row 0 X) + N (row 1 X) = N X.
  by rewrite [RHS]N_row big_ord_recl big_ord1; congr (_ + N (row _ X)); apply: ord_inj.
apply: opposite => // [y|z a y a0]; first by rewrite N_heads; apply: eq_bigr => h _; apply: two.
apply: seen => // h M X X' _ /=; rewrite head_scale -!scalemxAl -!scalemxAr ipZl ipZr mulrA mulVf ?mul1r //.
exact: lt0r_neq0.
Qed.

Theorem balance_gated_mlp : balance_gated_mlp_statement.
Proof.
move=> R m q T Z p l g x eta gamma gr e0 seen; apply: opposite => // z a y a0; apply: seen => // c h /=.
rewrite ipZl scalerA; congr (_ *: _); move: <<_, _>> => s.
by have := lt0r_neq0 a0 => an; field.
Qed.

Theorem balance_norm_gain : balance_norm_gain_statement.
Proof.
move=> R m T Z p l g x eta gamma gr e0 seen; apply: opposite => // [[ga b]|M|z a y a0].
- by rewrite pairE /= /ip /= !frobE !big_ord1 !expr2.
- by rewrite /ip /= frobE big_ord1; apply: eq_bigr => i _; rewrite expr2.
apply: seen => // v /=; rewrite scalerA !mxE; congr (_ *: _); move: (y.1.1.1 0 0) (y.1.1.2 0 0) => s t.
by have := lt0r_neq0 a0 => an; field.
Qed.

(* The residual stream *)
Section Stream.
Variables (R : realFieldType) (W E T S A : eucl R).
Variables (embed : W -> T -> S) (write : nat -> W -> T -> A -> S) (norm : nat -> E -> S -> A).
Hypothesis model : residual_stream embed write norm.
Lemma stream_scale a j w e r : 0 < a ->
  stream embed write norm j (a *: w) (a ^+ 2 *: e) r = a *: stream embed write norm j w e r.
Proof.
have [he hw hn] := model => a0; elim: j => [|j IH] /=; first exact: he.
by rewrite IH hn // hw scalerDr.
Qed.
End Stream.

Theorem balance_residual_stream : balance_residual_stream_statement.
Proof.
split.
  move=> R W E T S A embed write norm L Z p out l g x eta gamma gr e0 model lE.
  have [_ _ hn] := model.
  have sym : L.scaling_symmetry l x 1 2.
    have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
    have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
    by rewrite !lE /= expr1z -exprnP (stream_scale model) // hn.
  split=> [GF FG|G0].
    have := L.block_law gr e0 sym FG; rewrite mulr1z !mul1r => ->.
    by congr (_ * (_ - _)); apply: eq_bigr => z _; rewrite mul1r.
  have := L.block_stationary gr e0 sym G0; rewrite mulr1z !mul1r => <-.
  by apply: eq_bigr => z _; rewrite mul1r.
move=> R W E G T S A embed write norm L Z p read out l g x eta gamma gr e0 model hr lE.
have [_ _ hn] := model.
pose V := triple (pair_eucl W E) G T.
pose spc (b : bool * bool) : eucl R := match b with (true, true) => W | (true, false) => E | (false, true) => G | _ => T end.
pose pt b : V -> spc b := match b with (true, true) => fun y => y.1.1.1 | (true, false) => fun y => y.1.1.2
  | (false, true) => fun y => y.1.2 | (false, false) => fun y => y.2 end.
pose jn (v : forall b, spc b) : V := (((v (true, true), v (true, false)), v (false, true)), v (false, false)).
have pa b (y y' : V) : pt b (y + y') = pt b y + pt b y' by case: b => [] [] [].
have ps b a (y : V) : pt b (a *: y) = a *: pt b y by case: b => [] [] [].
have pj v b : pt b (jn v) = v b by case: b => [] [] [].
have sum4 (f : bool * bool -> R) : \sum_b f b = f (true, true) + f (true, false) + f (false, true) + f (false, false).
  rewrite (eq_bigr (fun s => f (s.1, s.2))) => [|[a b] _] //.
  by rewrite -(pair_bigA _ (fun a b => f (a, b))) /= !big_bool /= addrA.
have pi (y y' : V) : <<y, y'>> = \sum_b <<pt b y, pt b y'>> by rewrite sum4.
pose P := Blocks pa ps pj pi.
pose d (b : bool * bool) : int := match b with (true, true) => 1 | (true, false) => 2 | (false, true) => - 1 | _ => 0 end.
have sym : symmetric l (scale P d) x.
  have [c c0 h] := small_1t R; exists c => // v t z _ /h t2.
  have t0 : 0 < 1 + t by apply: lt_le_trans t2; rewrite divr_gt0 ?ltr01 ?ltr0n.
  rewrite !lE /=.
  by rewrite expr0z scale1r exprN1 !expr1z -exprnP (stream_scale model) // hn // hr.
have exE : \sum_b (d b)%:~R * S.excess P p g x eta gamma b =
   \sum_z p z * (N (g z x).1.1.1 + 2 * N (g z x).1.1.2 - N (g z x).1.2)
     - 4%:R * gamma / eta * (N x.1.1.1 + 2 * N x.1.1.2 - N x.1.2).
  rewrite sum4 /S.excess /d /= mulr1z mul1r mulrNz mulr1z mulN1r mul0r addr0.
  have -> : \sum_z p z * (N (g z x).1.1.1 + 2 * N (g z x).1.1.2 - N (g z x).1.2)
    = \sum_z p z * N (g z x).1.1.1 + 2 * (\sum_z p z * N (g z x).1.1.2) - \sum_z p z * N (g z x).1.2.
    rewrite mulr_sumr -big_split -sumrB; apply: eq_bigr => z _ /=.
    by move: (N _) (N _) (N _) => s1 s2 s3; ring.
  move: (\sum_z _) (\sum_z _) (\sum_z _) (N x.1.1.1) (N x.1.1.2) (N x.1.2) => s1 s2 s3 n1 n2 n3.
  by ring.
split=> [GF FG|G0].
  have := S.scaling_law gr e0 sym FG; rewrite exE sum4 /= mulr1z mul1r mulrNz mulr1z mulN1r mul0r addr0 => ->.
  by [].
have := S.scaling_stationary gr e0 sym G0; rewrite exE => /eqP.
by rewrite subr_eq0 => /eqP.
Qed.
